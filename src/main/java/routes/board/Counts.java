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
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseEndpoint;
import routes.deadletter.WaitingLetters;
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

    /**
     * A line a sink.
     *
     * @throws Problem when Kafka does not answer
     */
    synchronized Map<String, Object> described() {
        if (latest == null || System.nanoTime() - counted > FRESH_NANOS) {
            latest = Map.of("pipelines", count());
            counted = System.nanoTime();
        }
        return latest;
    }

    private List<Map<String, Object>> count() {
        try (Admin admin = Brokers.impatient(settings)) {
            return shown.sinks().stream().map(sink -> described(sink, admin)).toList();
        } catch (KafkaException e) {
            throw new Problem(503, "Kafka " + servers.fault("kafka") + ": " + Reason.of(e));
        }
    }

    /** Its counts, or the reason why there are none. */
    private Map<String, Object> described(SinkSettings sink, Admin admin) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("pipeline", sink.name());
        try {
            Reconciled reconciled = reconciled(sink, admin);
            described.put("sent", reconciled.sent().orElse(null));
            described.put("records", reconciled.topic().records());
            described.put("behind", reconciled.topic().behind());
            described.put("came", reconciled.came());
            described.put("rows", reconciled.rows());
            described.put("repetitions", reconciled.repetitions().orElse(null));
            described.put("deadLetters", reconciled.letters().waiting());
            described.put("unknownFields", unknownFields(sink));
            described.put("level", reconciled.verdict().level());
            described.put("verdict", reconciled.verdict().text());
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
    private Reconciled reconciled(SinkSettings sink, Admin admin)
            throws ExecutionException, InterruptedException {
        Optional<Long> sent = Optional.empty();
        for (OutboxSettings outbox : shown.outboxes()) {
            if (outbox.topic().equals(sink.topic())) {
                sent = Optional.of(sent.orElse(0L) + sent(outbox));
            }
        }
        GroupOffsets topic = GroupOffsets.of(admin, sink.topic(), sink.group());
        letters.look();
        Map<String, Object> table = table(sink);
        return new Reconciled(
                sent,
                topic,
                letters.latest(sink.deadLetterTopic())
                        .orElseThrow(() -> new KafkaException("nothing of the dead letters")),
                ClickHouse.number(table, "keys"),
                ClickHouse.number(table, "rows"),
                ClickHouse.number(table, "shrinks") > 0);
    }

    private long sent(OutboxSettings outbox) {
        return routes.requestBody("direct:outbox-sent-" + outbox.name(), (Object) null, Long.class);
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
