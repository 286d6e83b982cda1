package routes.attendance;

import static org.assertj.core.api.Assertions.assertThat;

import harness.RuntimeProcess;
import harness.TopicEnds;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import routes.demo.SampleDirectory;

/** Clicks that are sent again after their topic has got partitions. */
class GrownClicksIT {
    private static final String ENRICHED = "attendance_enriched";
    private static final int CLICKS = 200;

    @Test
    void topicGetsPartitions_clicksThatAreSentAgainAreInThePartitionsOfTheirOriginals()
            throws Exception {
        try (AttendanceLab lab = new AttendanceLab(new SampleDirectory(10, 2, 7))) {
            try (RuntimeProcess first = RuntimeProcess.start(lab.environment()).awaitRunning()) {
                lab.send(
                        IntStream.range(0, CLICKS)
                                .mapToObj(i -> Clicks.json(UUID.randomUUID(), Map.of()))
                                .toList());
                await(lab, CLICKS);
            }
            try (Admin admin = Admin.create(lab.kafka())) {
                admin.createPartitions(Map.of(ENRICHED, NewPartitions.increaseTo(8))).all().get();
            }
            lab.forgetWhatWasRead();
            try (RuntimeProcess second = RuntimeProcess.start(lab.environment()).awaitRunning()) {
                await(lab, 2 * CLICKS);
                Awaitility.await("repetitions")
                        .atMost(Duration.ofSeconds(60))
                        .until(
                                () ->
                                        second.metric("caravan_sink_duplicates_total", ENRICHED)
                                                == CLICKS);
            }
            Map<String, Set<Integer>> partitions =
                    TopicEnds.all(lab.kafka(), ENRICHED).stream()
                            .collect(
                                    Collectors.groupingBy(
                                            record ->
                                                    new String(
                                                            record.key(),
                                                            StandardCharsets.US_ASCII),
                                            Collectors.mapping(
                                                    record -> record.partition(),
                                                    Collectors.toSet())));
            assertThat(partitions).hasSize(CLICKS);
            assertThat(partitions.values()).allSatisfy(each -> assertThat(each).hasSize(1));
            assertThat(lab.number("SELECT count() AS n FROM " + ENRICHED)).isEqualTo(CLICKS);
        }
    }

    private static void await(AttendanceLab lab, int records) {
        Awaitility.await(records + " enriched clicks, and each in ClickHouse")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(
                        () ->
                                lab.records(ENRICHED) == records
                                        && lab.number("SELECT count() AS n FROM " + ENRICHED)
                                                == CLICKS);
    }
}
