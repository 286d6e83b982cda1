package routes.board;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import routes.attendance.AttendanceStream;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseEndpoint;
import routes.deadletter.WaitingLetters;
import routes.deadletter.WaitingLetters.Counted;
import routes.kafka.Brokers;
import routes.kafka.GroupOffsets;
import routes.outbox.OutboxSettings;
import routes.pipeline.Reason;
import routes.settings.Settings;
import routes.sink.SinkSettings;
import routes.web.Problem;

/**
 * How many rows each pipeline has at each end, and whether that adds up. Counted when somebody
 * asks, as the source's rows have to be read for it, and not again for some seconds.
 */
final class Counts {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Settings settings;
    private final Shown shown;
    private final WaitingLetters letters;
    private final MeterRegistry meters;
    private final Servers servers;
    private final ProducerTemplate routes;
    private Map<String, Object> latest;
    private long counted;

    Counts(
            Settings settings,
            Shown shown,
            WaitingLetters letters,
            MeterRegistry meters,
            Servers servers,
            ProducerTemplate routes) {
        this.settings = settings;
        this.shown = shown;
        this.letters = letters;
        this.meters = meters;
        this.servers = servers;
        this.routes = routes;
    }

    /** Rows of a source table: those that are neither sent nor unsent are skipped. */
    private record Source(long rows, long sent, long unsent) {
        private Source plus(Source other) {
            return new Source(rows + other.rows, sent + other.sent, unsent + other.unsent);
        }

        private long skipped() {
            return rows - sent - unsent;
        }
    }

    /**
     * A line a sink, and one of the stream that enriches.
     *
     * @throws Problem when Kafka does not answer
     */
    synchronized Map<String, Object> described() {
        if (latest == null || System.nanoTime() - counted > FRESH_NANOS) {
            latest = count();
            counted = System.nanoTime();
        }
        return latest;
    }

    private Map<String, Object> count() {
        try (Admin admin = Brokers.impatient(settings)) {
            return Map.of(
                    "pipelines",
                    shown.sinks().stream().map(sink -> described(sink, admin)).toList(),
                    "streams",
                    settings.names("caravan.streams").contains("attendance")
                            ? List.of(attendance(admin))
                            : List.of());
        } catch (KafkaException e) {
            throw new Problem(503, "Kafka " + servers.fault("kafka") + ": " + Reason.of(e));
        }
    }

    /** What is to be counted, which may not answer. */
    @FunctionalInterface
    private interface Counting {
        void into(Map<String, Object> described) throws ExecutionException, InterruptedException;
    }

    /** Its counts, or the reason why there are none. */
    private static Map<String, Object> described(String pipeline, Counting counting) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("pipeline", pipeline);
        try {
            counting.into(described);
        } catch (CamelExecutionException e) {
            described.put("verdict", "not counted: " + Reason.of(e.getCause()));
        } catch (ExecutionException | KafkaException e) {
            described.put("verdict", "not counted: Kafka says " + Reason.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            described.put("verdict", "not counted: Caravan stops");
        }
        return described;
    }

    /**
     * In this order: a row that is sent is in the topic by then, and one that was read from the
     * topic is in the table by then. Rows that move meanwhile are never missing.
     */
    private Map<String, Object> described(SinkSettings sink, Admin admin) {
        return described(
                sink.name(),
                described -> {
                    Optional<Source> source =
                            shown.outboxes().stream()
                                    .filter(outbox -> outbox.topic().equals(sink.topic()))
                                    .map(this::source)
                                    .reduce(Source::plus);
                    GroupOffsets topic = GroupOffsets.of(admin, sink.topic(), sink.group());
                    Counted dead = letters(sink.deadLetterTopic());
                    Map<String, Object> table = table(sink);
                    Reconciled reconciled =
                            new Reconciled(
                                    source.map(Source::sent),
                                    topic,
                                    dead,
                                    ClickHouse.number(table, "keys"),
                                    ClickHouse.number(table, "rows"),
                                    ClickHouse.number(table, "shrinks") > 0);
                    described.put("source", source.map(Source::rows).orElse(null));
                    described.put("sent", source.map(Source::sent).orElse(null));
                    described.put("unsent", source.map(Source::unsent).orElse(null));
                    described.put("skipped", source.map(Source::skipped).orElse(null));
                    described.put("records", topic.records());
                    described.put("behind", topic.behind());
                    described.put("came", reconciled.came());
                    described.put("rows", reconciled.rows());
                    described.put("repetitions", reconciled.repetitions().orElse(null));
                    described.put("deadLetters", dead.waiting());
                    described.put("unknownFields", unknownFields(sink));
                    describe(described, reconciled.verdict());
                });
    }

    private static void describe(Map<String, Object> described, Reconciled.Verdict verdict) {
        described.put("level", verdict.level());
        described.put("verdict", verdict.text());
    }

    /** In this order: a click that was read is enriched or a dead letter by then. */
    private Map<String, Object> attendance(Admin admin) {
        return described(
                "attendance",
                described -> {
                    String topic = settings.text("caravan.attendance.topic");
                    String group = settings.text("caravan.attendance.group");
                    GroupOffsets clicks = GroupOffsets.of(admin, topic, group);
                    Counted dead = letters(AttendanceStream.deadLetterTopic(settings));
                    long enriched =
                            GroupOffsets.of(
                                            admin,
                                            settings.text("caravan.attendance.enriched-topic"),
                                            group)
                                    .records();
                    described.put("records", clicks.records());
                    described.put("behind", clicks.behind());
                    described.put("enriched", enriched);
                    described.put("deadLetters", dead.waiting());
                    describe(
                            described,
                            Reconciled.ofStream(
                                    clicks.done(), clicks.behind(), enriched, dead.ever()));
                });
    }

    private Counted letters(String topic) {
        letters.look();
        return letters.latest(topic)
                .orElseThrow(() -> new KafkaException("nothing of the dead letters"));
    }

    private Source source(OutboxSettings outbox) {
        Map<?, ?> rows =
                routes.requestBody("direct:outbox-rows-" + outbox.name(), (Object) null, Map.class);
        return new Source(number(rows, "rows"), number(rows, "sent"), number(rows, "unsent"));
    }

    private static long number(Map<?, ?> row, String name) {
        return ((Number) row.get(name)).longValue();
    }

    @SuppressWarnings("unchecked") // A query's answer is a list of rows.
    private Map<String, Object> table(SinkSettings sink) {
        List<Map<String, Object>> answer =
                routes.requestBodyAndHeader(
                        "clickhouse:system.tables?query=classpath:sql/clickhouse/board/counts.sql",
                        null,
                        ClickHouseEndpoint.PARAMETERS,
                        Map.of("table", sink.table()),
                        List.class);
        return answer.get(0);
    }

    private double unknownFields(SinkSettings sink) {
        return meters
                .find("caravan.sink.unknown.fields")
                .tag("pipeline", sink.name())
                .counters()
                .stream()
                .mapToDouble(Counter::count)
                .sum();
    }
}
