package routes.sink;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import routes.pipeline.Meters;

class FreshnessTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Freshness freshness =
            new Freshness(
                    new Meters(registry, "caravan.sink.", Tags.of("pipeline", "x")),
                    Duration.ofSeconds(5),
                    Clock.fixed(Instant.parse("2026-03-29T01:00:10Z"), ZoneOffset.UTC));

    private static Row committed(String time) {
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>("t", 0, 1, new byte[1], "{}".getBytes(US_ASCII));
        if (time != null) {
            record.headers().add("committed_at", time.getBytes(US_ASCII));
        }
        return new Row(record, "1", 1, true);
    }

    private void stored(String... times) {
        List<Row> rows = Stream.of(times).map(FreshnessTest::committed).toList();
        freshness.stored(rows);
    }

    private double counted(String name) {
        return registry.get("caravan.sink.rows." + name).counter().count();
    }

    private double slowest() {
        return registry.get("caravan.sink.freshness").timer().max(TimeUnit.SECONDS);
    }

    @Test
    void rowsWithinTheGoal_andTheOldest_areCounted() {
        stored(
                "2026-03-29T01:00:09.5",
                "2026-03-29T01:00:05.000000",
                "2026-03-29T01:00:04.999999",
                "2026-03-29T01:00:01Z");
        assertThat(counted("timed")).isEqualTo(4);
        assertThat(counted("fresh")).isEqualTo(2);
        assertThat(slowest()).isEqualTo(9);
    }

    @Test
    void rowsWithoutACommitTime_areLeftOut() {
        stored(null, "yesterday", "2026-02-30T01:00:00");
        assertThat(counted("timed")).isZero();
        assertThat(registry.get("caravan.sink.freshness").timer().count()).isZero();
    }

    @Test
    void rowThatAPersonHasSentAgain_isLeftOut() {
        Row row = committed("2026-03-29T01:00:01");
        row.record().headers().add("dead-letter-replayed", "0:0".getBytes(US_ASCII));
        freshness.stored(List.of(row));
        assertThat(counted("timed")).isZero();
        assertThat(registry.get("caravan.sink.freshness").timer().count()).isZero();
    }

    @Test
    void clockOfTheSourceThatIsAhead_isNoNegativeTime() {
        stored("2026-03-29T01:00:12");
        assertThat(counted("fresh")).isEqualTo(1);
        assertThat(slowest()).isZero();
    }
}
