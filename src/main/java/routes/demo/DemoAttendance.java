package routes.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.command.TextTable;
import routes.kafka.Brokers;
import routes.settings.Settings;
import routes.sql.SqlFile;

/**
 * The demo's day of the electronic journal: people in the directory, clicks, and what they become.
 */
final class DemoAttendance implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CLICKS = 5_000;
    private static final int DAYS = 5;
    private static final int GROUPS_SHOWN = 5;
    private static final long SEED = 7;

    private final Settings settings;
    private final Screen screen;
    private final ClickHouse clickHouse;
    private final SampleDirectory people = new SampleDirectory(2_000, 60, SEED);
    private final LocalDate today = LocalDate.now(ZoneId.of("Europe/Moscow"));

    DemoAttendance(Settings settings, Screen screen) {
        this.settings = settings;
        this.screen = screen;
        clickHouse = ClickHouseServer.reader(settings);
    }

    /** Puts the people where the stream looks for them; to be done before clicks are enriched. */
    void fill() throws IOException, InterruptedException {
        for (String index :
                new HashSet<>(
                        List.of(
                                settings.text("caravan.elasticsearch.students"),
                                settings.text("caravan.elasticsearch.employees")))) {
            people.fill(
                    settings.text("caravan.elasticsearch.url"),
                    settings.find("caravan.elasticsearch.user").orElse(""),
                    settings.find("caravan.elasticsearch.password").orElse(""),
                    index);
        }
    }

    /** True if every click is in ClickHouse once, with its people. */
    boolean hold() throws Exception {
        SampleClicks sample = new SampleClicks(people, today, DAYS, SEED);
        List<SampleClicks.Click> clicks =
                IntStream.range(0, CLICKS).mapToObj(sample::click).toList();
        Set<String> marks = new HashSet<>();
        clicks.forEach(
                click ->
                        marks.add(
                                click.studentId()
                                        + " "
                                        + click.lesson()
                                        + " "
                                        + click.lessonDate()));
        Map<String, Long> expected =
                Map.of(
                        "standing", (long) CLICKS,
                        "different", (long) CLICKS,
                        "with_student",
                                clicks.stream().filter(click -> click.student() >= 0).count(),
                        "with_teacher",
                                clicks.stream().filter(click -> click.employee() >= 0).count(),
                        "marks", (long) marks.size());
        List<String> ids = clicks.stream().map(click -> click.id().toString()).toList();
        send(clicks);
        long sent = System.nanoTime();
        if (!screen.within(PATIENCE, () -> found(ids).equals(expected))) {
            screen.say("Attendance: ClickHouse holds the first row, and should hold the second:");
            screen.show(TextTable.of(found(ids), expected));
            return false;
        }
        screen.say(
                "Attendance: "
                        + CLICKS
                        + " clicks of the electronic journal are in ClickHouse "
                        + (System.nanoTime() - sent) / 1_000_000
                        + " ms after they were sent, each once; "
                        + expected.get("with_student")
                        + " have their student, the others name one who is in no directory.");
        print();
        return true;
    }

    private Map<String, Long> found(List<String> ids) {
        Map<String, Long> found = new HashMap<>();
        clickHouse
                .rows(
                        SqlFile.text("classpath:sql/clickhouse/demo/attendance.sql"),
                        ClickHouse.keys(ids))
                .get(0)
                .forEach((name, count) -> found.put(name, ((Number) count).longValue()));
        return found;
    }

    private void send(List<SampleClicks.Click> clicks)
            throws ExecutionException, InterruptedException {
        Map<String, Object> properties = new HashMap<>(Brokers.properties(settings));
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        List<Future<?>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties)) {
            for (SampleClicks.Click click : clicks) {
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        settings.topic("caravan.attendance.topic"),
                                        click.json().getBytes(StandardCharsets.UTF_8))));
            }
            producer.flush();
            for (Future<?> acknowledged : sent) {
                acknowledged.get();
            }
        }
    }

    private void print() {
        TextTable table = new TextTable("group", "present", "absent", "excused", "marks");
        clickHouse
                .rows(
                        SqlFile.text("classpath:sql/clickhouse/queries/attendance_by_group.sql"),
                        Map.of(
                                "from",
                                today.minusDays(DAYS - 1L).toString(),
                                "to",
                                today.toString()))
                .stream()
                .filter(row -> !((String) row.get("group_title")).isEmpty())
                .limit(GROUPS_SHOWN)
                .forEach(
                        row ->
                                table.add(
                                        row.get("group_title"),
                                        row.get("present"),
                                        row.get("absent"),
                                        row.get("excused"),
                                        row.get("marks")));
        screen.show(table);
    }

    @Override
    public void close() {
        clickHouse.close();
    }
}
