package routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.clickhouse.ClickHouseRefused;
import routes.clickhouse.Rows;
import routes.deadletter.DeadLetters;
import routes.deadletter.DeadLettersRoute;
import routes.kafka.AnnouncedRange;
import routes.kafka.Forwarded;
import routes.kafka.StoredRanges;
import routes.kafka.TriedRange;
import routes.pipeline.NeedsPerson;

/** The sink's routes with its own beans, and mocks in the place of ClickHouse and Kafka. */
class SinkRouteTest extends CamelTestSupport {
    private static final Map<String, String> HEADERS =
            Map.ofEntries(
                    Map.entry("columns", "columns"),
                    Map.entry("look-up", "standing"),
                    Map.entry("look-views", "views"),
                    Map.entry("look-tried", "tried"),
                    Map.entry("look-tried-views", "views"),
                    Map.entry("look-rows", "offsets"),
                    Map.entry("look-repair", "offsets"),
                    Map.entry("look-again", "offsets"),
                    Map.entry("parts", "parts"),
                    Map.entry("look-keys", "keys"),
                    Map.entry("views", "views"),
                    Map.entry("look-view", "filled"),
                    Map.entry("look-view-again", "filled"));

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> steps = new ArrayList<>();
    private final Map<String, String> written = new HashMap<>();
    private final Map<String, Object> answers = new HashMap<>();
    private final Map<String, Runnable> effects = new HashMap<>();
    private Sink sink;
    private String failing = "";
    private long nanos;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, String key, String value) {
        return new ConsumerRecord<>("t", 2, offset, bytes(key), bytes(value));
    }

    @SafeVarargs
    private static AnnouncedRange batch(ConsumerRecord<byte[], byte[]>... records) {
        return new AnnouncedRange("id", new TopicPartition("t", 2), 5, 9, List.of(records));
    }

    /** An answer of columns.sql: name and type in turn, of a table that has no rows yet. */
    private static List<Map<String, Object>> columns(String... all) {
        List<Map<String, Object>> columns = new ArrayList<>();
        for (int i = 0; i < all.length; i += 2) {
            columns.add(
                    Map.of(
                            "name",
                            all[i],
                            "type",
                            all[i + 1],
                            "default_kind",
                            "",
                            "keys",
                            0,
                            "zone",
                            "UTC"));
        }
        return columns;
    }

    private static RecordCheck check(List<Map<String, Object>> columns) {
        return RecordCheck.of(columns, Set.of(), false);
    }

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected RoutesBuilder[] createRouteBuilders() {
        return new RoutesBuilder[] {new SinkRoute(), new RecoveryRoute(), new DeadLettersRoute()};
    }

    @BeforeEach
    void startTheRoutes() throws Exception {
        sink = sink(ChangedContent.DEAD_LETTER);
        sink.viewsSafe(standing());
        context.getRegistry().bind("sink-x", sink);
        StoredRanges none = (topic, topicId, partition) -> List.of();
        context.getRegistry().bind("stored-x", none);
        // Never asked for a connection.
        context.getRegistry().bind("clickhouse", new HikariDataSource());
        DeadLettersRoute.start(context, "x", "t.dead-letter", "pipeline=x", sink.deadLetters());
        template("sink")
                .parameter("topic", "t")
                .parameter("group", "g")
                .parameter("rows", 10)
                .parameter("bytes", 1000)
                .parameter("linger", 1)
                .parameter("workers", 1)
                .add();
        template("views").add();
        template("narrow").add();
        template("recover").add();
        AdviceWith.adviceWith(context, "sink-x", advice -> advice.replaceFromWith("direct:ranges"));
        AdviceWith.adviceWith(
                context,
                "dead-letters-x",
                advice -> advice.weaveByToUri("kafka:*").replace().to("mock:kafka"));
        note("kafka");
        mock("sink-x", "columns", "look-up", "look-tried", "look-tried-views", "insert");
        mock("views-x", "look-views", "set");
        mock("narrow-x", "copy", "rehearse");
        mock(
                "recover-x",
                "look-rows",
                "create-repair",
                "look-repair",
                "insert-repair",
                "parts",
                "move",
                "look-again",
                "drop-repair",
                "look-keys",
                "insert-keys",
                "views",
                "look-view",
                "fill-view",
                "look-view-again");
        answers.put("look-up", standing());
        answers.put("look-views", List.of());
        answers.put("look-tried-views", List.of());
        context.start();
    }

    private Sink sink(ChangedContent setting) {
        TableCheck check =
                new TableCheck(
                        "caravan.sink.x.",
                        check(columns("id", "UInt8")),
                        SinkRouteTest::check,
                        () -> nanos);
        return new Sink(
                "x",
                "x",
                check,
                setting,
                new TableSettings(true),
                new SinkMetrics(meters, "x", Duration.ofSeconds(5)));
    }

    /** A key as the list of keys has it, with what came with it. */
    private static List<String> entry(String key, String value) {
        return List.of(key, new Row(record(0, key, value), key, 1, false).content().toString());
    }

    /** One of the time when no content was kept. */
    private static List<String> entry(String key) {
        return List.of(key, new UUID(0, 0).toString());
    }

    /** The look-up's answer: these keys are in from another batch. */
    @SafeVarargs
    private static List<Map<String, Object>> standing(List<String>... others) {
        return standing(List.of(), List.of(others));
    }

    private static List<Map<String, Object>> standing(
            List<List<String>> own, List<List<String>> others) {
        return List.of(
                Map.of(
                        "others",
                        others,
                        "own",
                        own,
                        "deadline",
                        "2026-01-01 00:00:00.000",
                        "views",
                        "1"));
    }

    private TemplatedRouteBuilder template(String name) {
        return TemplatedRouteBuilder.builder(context, name)
                .routeId(name + "-x")
                .parameter("name", "x")
                .parameter("table", "x");
    }

    /** A mock in the place of each of these steps. */
    private void mock(String route, String... ids) throws Exception {
        AdviceWith.adviceWith(
                context,
                route,
                advice -> {
                    for (String id : ids) {
                        advice.weaveById(id).replace().to("mock:" + id);
                    }
                });
        for (String id : ids) {
            note(id);
        }
    }

    /** The mock says that it was reached, keeps what rows write, and answers or fails as told. */
    private void note(String id) {
        getMockEndpoint("mock:" + id)
                .whenAnyExchangeReceived(
                        exchange -> {
                            steps.add(id);
                            if (exchange.getMessage().getBody() instanceof Rows rows) {
                                ByteArrayOutputStream out = new ByteArrayOutputStream();
                                rows.writeTo(out);
                                written.put(
                                        id,
                                        rows.isNative()
                                                ? NativeLines.of(out.toByteArray())
                                                : out.toString(StandardCharsets.UTF_8));
                            }
                            if (failing.equals(id)) {
                                throw new IllegalStateException(id + " refuses");
                            }
                            if (id.matches("insert|rehearse")
                                    && written.get(id).contains("\"id\":66")) {
                                throw new ClickHouseRefused(27, "cannot parse", null);
                            }
                            effects.getOrDefault(id, () -> {}).run();
                            if (answers.containsKey(id)) {
                                exchange.getMessage().setHeader(HEADERS.get(id), answers.get(id));
                            }
                        });
    }

    private Exchange send(AnnouncedRange batch) {
        return template.send("direct:ranges", exchange -> exchange.getIn().setBody(batch));
    }

    private String offsetsInserted() {
        return String.join(
                " ",
                written.getOrDefault("insert", "")
                        .lines()
                        .map(line -> line.replaceFirst(".*\"kafka_offset\":(\\d+).*", "$1"))
                        .toList());
    }

    @Test
    void goodBatch_isLookedUp_andInserted() {
        Exchange exchange = send(batch(record(5, "a", "{\"id\":1}"), record(6, "b", "{\"id\":2}")));
        assertThat(exchange.getException()).isNull();
        assertThat(steps).containsExactly("look-up", "insert");
        assertThat(written.get("insert"))
                .isEqualTo(
                        "{\"kafka_batch\":\"t/id/2/5-9\",\"kafka_partition\":2,\"kafka_offset\":5,"
                                + "\"kafka_key\":\"a\",\"kafka_content\":\""
                                + entry("a", "{\"id\":1}").get(1)
                                + "\",\"kafka_deadline\":1767225600000,\"id\":1}\n"
                                + "{\"kafka_batch\":\"t/id/2/5-9\",\"kafka_partition\":2,"
                                + "\"kafka_offset\":6,\"kafka_key\":\"b\",\"kafka_content\":\""
                                + entry("b", "{\"id\":2}").get(1)
                                + "\",\"kafka_deadline\":1767225600000,\"id\":2}\n");
    }

    @Test
    void keyInTheTableFromAnotherBatch_andItsRepetition_areLeftOut() {
        answers.put("look-up", standing(entry("a", "{\"id\":1}")));
        Exchange exchange =
                send(
                        batch(
                                record(5, "a", "{\"id\":1}"),
                                record(6, "b", "{\"id\":2}"),
                                record(7, "b", "{\"id\":2}")));
        assertThat(exchange.getException()).isNull();
        assertThat(offsetsInserted()).isEqualTo("6");
        assertThat(steps).containsExactly("look-up", "insert");
    }

    /** Two known keys, a new one that comes twice; each with another content the second time. */
    private final AnnouncedRange changed =
            batch(
                    record(5, "a", "{\"id\":9}"),
                    record(6, "b", "{\"id\":2}"),
                    record(7, "c", "{\"id\":3}"),
                    record(8, "c", "{\"id\":8}"));

    private static final List<Map<String, Object>> BEFORE =
            standing(entry("a", "{\"id\":1}"), entry("b"));

    private double changedContent() {
        return meters.get("caravan.sink.changed.content").counter().count();
    }

    @Test
    void knownKeyWithAnotherContent_isADeadLetter() {
        answers.put("look-up", BEFORE);
        assertThat(send(changed).getException()).isNull();
        assertThat(offsetsInserted()).isEqualTo("7");
        assertThat(steps).containsExactly("look-up", "kafka", "insert");
        List<?> letters =
                getMockEndpoint("mock:kafka").getExchanges().get(0).getIn().getBody(List.class);
        assertThat(letters)
                .extracting(
                        letter ->
                                header(
                                        ((Message) letter).getBody(Forwarded.class),
                                        DeadLetters.OFFSET))
                .containsExactly("5", "8");
        assertThat(changedContent()).isEqualTo(2);
    }

    @Test
    void knownKeyWithAnotherContent_isARow_orIsLeftOut_ifTheSettingSaysSo_andCounted() {
        assertThat(rows(ChangedContent.INSERT)).containsExactly(5L, 7L, 8L);
        assertThat(rows(ChangedContent.LEAVE_OUT)).containsExactly(7L);
        assertThat(changedContent()).isEqualTo(4);
    }

    private List<Long> rows(ChangedContent setting) {
        Sink sink = sink(setting);
        SinkBatch batch = sink.check(changed);
        sink.leaveOutDuplicates(batch, BEFORE);
        assertThat(batch.getUnreported()).isEmpty();
        assertThat(batch.duplicates()).isEqualTo(1);
        return batch.getRows().stream().map(row -> row.record().offset()).toList();
    }

    @Test
    void emptyBatch_insertsNothing() {
        Exchange exchange = send(batch());
        assertThat(exchange.getException()).isNull();
        assertThat(steps).containsExactly("look-up");
    }

    @Test
    void badRecord_isInTheDeadLetterTopic_beforeItsNeighboursAreInserted() {
        Exchange exchange = send(batch(record(5, "a", "no JSON"), record(6, "b", "{\"id\":2}")));
        assertThat(exchange.getException()).isNull();
        assertThat(steps).containsExactly("look-up", "kafka", "insert");
        assertThat(offsetsInserted()).isEqualTo("6");
        Message letter = letter();
        assertThat(letter.getHeader(KafkaConstants.KEY)).isEqualTo(bytes("a"));
        Forwarded record = letter.getBody(Forwarded.class);
        assertThat(record.value()).isEqualTo(bytes("no JSON"));
        assertThat(header(record, DeadLetters.REASON)).startsWith("the value is not JSON");
        assertThat(header(record, DeadLetters.TOPIC)).isEqualTo("t");
        assertThat(header(record, DeadLetters.PARTITION)).isEqualTo("2");
        assertThat(header(record, DeadLetters.OFFSET)).isEqualTo("5");
    }

    private Message letter() {
        Exchange sent = getMockEndpoint("mock:kafka").getExchanges().get(0);
        return (Message) sent.getIn().getBody(List.class).get(0);
    }

    private static String header(Forwarded record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void headersThatTheProducerChose_areCarriedAsData_andSteerNothing() {
        ConsumerRecord<byte[], byte[]> bad = record(5, "a", "no JSON");
        List<String> names =
                List.of("kafka.OVERRIDE_TOPIC", "kafka.KEY", "CamelX", "same", "same", "SAME");
        names.forEach(name -> bad.headers().add(name, bytes("chosen")));
        bad.headers().add("nothing", null).add(DeadLetters.TOPIC, bytes("elsewhere"));
        assertThat(send(batch(bad)).getException()).isNull();
        assertThat(letter().getHeaders())
                .containsExactly(Map.entry(KafkaConstants.KEY, bytes("a")));
        Forwarded record = letter().getBody(Forwarded.class);
        assertThat(record.headers())
                .extracting(Header::key)
                .startsWith(names.toArray(String[]::new))
                .contains("nothing");
        assertThat(record.headers().headers(DeadLetters.TOPIC)).hasSize(1);
        assertThat(header(record, DeadLetters.TOPIC)).isEqualTo("t");
    }

    @Test
    void columnIsWidened_theRecordThatDidNotFitIsTakenWithoutARestart() {
        answers.put("columns", columns("id", "UInt16"));
        send(batch(record(5, "a", "{\"id\":1}")));
        assertThat(steps).as("as long as all is well").containsExactly("look-up", "insert");
        steps.clear();
        nanos += 2_100_000_000L;
        Exchange exchange = send(batch(record(6, "b", "{\"id\":300}")));
        assertThat(exchange.getException()).isNull();
        assertThat(steps).containsExactly("columns", "look-up", "insert");
        assertThat(offsetsInserted()).isEqualTo("6");
    }

    @Test
    void recordsAreRejected_theColumnsAreReadOnceInSomeSeconds() {
        answers.put("columns", columns("id", "UInt8"));
        for (int batch = 0; batch < 3; batch++) {
            nanos += 1_100_000_000L;
            send(batch(record(5, "a", "no JSON")));
        }
        assertThat(steps).filteredOn("columns"::equals).hasSize(1);
        assertThat(steps).filteredOn("kafka"::equals).hasSize(3);
    }

    @Test
    void replayedRecord_isCheckedAgainstTheColumnsOfNow() {
        answers.put("columns", columns("id", "Nullable(UInt8)"));
        ConsumerRecord<byte[], byte[]> replayed = record(5, "a", "{\"id\":null}");
        replayed.headers().add("dead-letter-replayed", bytes("0:0"));
        assertThat(send(batch(replayed)).getException()).isNull();
        assertThat(steps).containsExactly("columns", "look-up", "insert");
    }

    @Test
    void batchThatWasTriedBefore_isCheckedAgainstTheColumnsOfNow() {
        answers.put("columns", columns("id", "UInt8", "added", "UInt8"));
        everythingIsIn();
        AnnouncedRange batch = batch(record(5, "a", "{\"id\":1}"), record(6, "b", "{}"));
        answers.put(
                "look-tried",
                List.of(Map.of("offsets", List.of(), "since", 0, "later", 1, "restarted", 0)));
        assertThat(send(TriedRange.of(batch)).getException()).isNull();
        assertThat(steps)
                .startsWith("columns", "look-up", "look-tried", "look-tried-views", "kafka");
        Forwarded letter = letter().getBody(Forwarded.class);
        assertThat(header(letter, DeadLetters.REASON)).contains("added is missing");
    }

    @Test
    void columnIsDroppedOrAdded_itIsNoticedWithinSeconds_whereAllRecordsAreGood() {
        send(batch(record(5, "a", "{\"id\":1}")));
        nanos += 5_100_000_000L;
        answers.put("columns", columns("other", "Nullable(UInt8)", "id", "UInt8"));
        send(batch(record(6, "b", "{\"id\":1,\"other\":300}")));
        assertThat(header(letter().getBody(Forwarded.class), DeadLetters.REASON))
                .isEqualTo("column other (Nullable(UInt8)) cannot hold 300: 0 to 255");
    }

    @Test
    void noFieldOfTheFirstRecordsHasAColumn_theyWaitForAPerson_andAreNoDeadLetters() {
        answers.put("columns", columns("id", "UInt8"));
        AnnouncedRange batch =
                batch(record(5, "a", "{\"name\":1,\"sum\":2}"), record(6, "b", "no JSON"));
        assertThat(send(batch).getException())
                .isInstanceOf(NeedsPerson.class)
                .hasMessageContaining("caravan.sink.x.table")
                .hasMessageContaining("(name, sum)")
                .hasMessageContaining("[id UInt8]");
        assertThat(steps).containsExactly("columns");
        answers.put("columns", columns("id", "Nullable(UInt8)", "sum", "UInt8"));
        assertThat(send(batch).getException()).isNull();
        assertThat(offsetsInserted()).isEqualTo("5");
    }

    @Test
    void noFieldOfABatchHasAColumn_butTheTableHasRows_orRecordsFittedBefore_theyAreDeadLetters() {
        List<Map<String, Object>> filled = new ArrayList<>();
        columns("id", "UInt8").forEach(row -> filled.add(new HashMap<>(row)));
        filled.get(0).put("keys", 1);
        answers.put("columns", filled);
        assertThat(send(batch(record(5, "a", "{\"name\":1}"))).getException()).isNull();
        assertThat(steps).containsExactly("columns", "look-up", "kafka");
        answers.put("columns", columns("id", "UInt8"));
        assertThat(send(batch(record(5, "a", "{\"name\":1}"))).getException()).isNull();
    }

    @Test
    void clickHouseRefuses_theBadAreFoundByHalves_reported_andTheRestIsInserted() {
        Exchange exchange =
                send(
                        batch(
                                record(5, "a", "{\"id\":1}"),
                                record(6, "b", "{\"id\":66}"),
                                record(7, "c", "{\"id\":3}"),
                                record(8, "d", "{\"id\":4}")));
        assertThat(exchange.getException()).isNull();
        assertThat(steps)
                .containsExactly(
                        "look-up",
                        "insert", // refused
                        "copy",
                        "rehearse", // all four
                        "rehearse",
                        "rehearse",
                        "rehearse", // 5 and 6, 5, 6
                        "rehearse", // 7 and 8
                        "look-up",
                        "kafka",
                        "insert");
        assertThat(offsetsInserted()).isEqualTo("5 7 8");
    }

    @Test
    void clickHouseRefusesTheWhole_butNoRow_theBatchFails_andNothingIsCalledBad() {
        // As a view's complaint does: the copy of the table has no views.
        getMockEndpoint("mock:insert")
                .whenAnyExchangeReceived(
                        exchange -> {
                            throw new ClickHouseRefused(6, "in a view", null);
                        });
        assertThat(send(batch(record(5, "a", "{\"id\":1}"))).getException())
                .hasMessageContaining("takes each of its rows");
        assertThat(steps).containsExactly("look-up", "copy", "rehearse");
    }

    @ParameterizedTest
    @ValueSource(strings = {"look-up", "kafka", "insert", "copy", "rehearse"})
    void endpointRefuses_theBatchFailsThere(String endpoint) {
        failing = endpoint;
        Exchange exchange =
                send(
                        batch(
                                record(5, "a", "no JSON"),
                                endpoint.matches("copy|rehearse")
                                        ? record(6, "b", "{\"id\":66}")
                                        : record(6, "b", "{\"id\":2}")));
        assertThat(exchange.getException()).hasMessage(endpoint + " refuses");
        assertThat(steps.get(steps.size() - 1)).isEqualTo(endpoint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"columns", "look-tried", "look-tried-views"})
    void clickHouseDoesNotTellWhatABatchNeeds_itIsNotInserted(String endpoint) {
        answers.put("columns", columns("id", "UInt8"));
        answers.put(
                "look-tried",
                List.of(Map.of("offsets", List.of(), "since", 0, "later", 1, "restarted", 0)));
        failing = endpoint;
        assertThat(send(TriedRange.of(batch(record(5, "a", "{\"id\":1}")))).getException())
                .hasMessage(endpoint + " refuses");
        assertThat(steps).endsWith(endpoint).doesNotContain("insert", "kafka");
    }

    @ParameterizedTest
    @ValueSource(strings = {"look-views", "set"})
    void viewsCannotBeMadeSafe_theBatchIsNotInserted_untilTheyAre(String endpoint) {
        Map<String, Object> view = view("db.x", "e.far", "MergeTree", 0, 0);
        failing = endpoint;
        assertThat(sentThrough(view)).hasStackTraceContaining(endpoint + " refuses");
        assertThat(steps).endsWith(endpoint).doesNotContain("insert");
        steps.clear();
        failing = "";
        assertThat(sentThrough(view)).isNull();
        assertThat(steps).containsExactly("look-up", "look-views", "set", "set", "insert");
    }

    private static Map<String, Object> view(
            String source, String target, String engine, int window, int marked) {
        return Map.ofEntries(
                Map.entry("base", "db.x"),
                Map.entry("source", source),
                Map.entry("view", target + "_view"),
                Map.entry("visible", 1),
                Map.entry("target", target),
                Map.entry("target_place", target),
                Map.entry("engine", engine),
                Map.entry("window", window),
                Map.entry("fsyncs", window > 0 ? 2 : 0),
                Map.entry("marked", marked),
                Map.entry("created", 0),
                Map.entry("changed", 0),
                Map.entry("just_changed", 0),
                Map.entry("columns", "day, sum"),
                Map.entry("as_select", "SELECT day, sum FROM x"));
    }

    @Test
    void viewsAreOthers_theirTablesRememberTokens_andFsync_beforeTheBatchIsInserted_andOnceOnly() {
        Map<String, Object> answer = new HashMap<>(standing().get(0));
        answer.put("views", "2");
        answers.put("look-up", List.of(answer));
        answers.put(
                "look-views",
                List.of(
                        view("db.x", "e.near", "MergeTree", 10_000, 0),
                        view("e.near", "e.far", "SummingMergeTree", 0, 0),
                        view("e.other", "e.nothing_to_do_with_it", "MergeTree", 0, 0)));
        assertThat(send(batch(record(5, "a", "{\"id\":1}"))).getException()).isNull();
        assertThat(send(batch(record(6, "b", "{\"id\":1}"))).getException()).isNull();
        assertThat(steps)
                .containsExactly(
                        "look-up", "look-views", "set", "set", "insert", "look-up", "insert");
        assertThat(getMockEndpoint("mock:set").getExchanges())
                .extracting(exchange -> exchange.getIn().getBody())
                .containsExactly(
                        "ALTER TABLE e.far MODIFY SETTING non_replicated_deduplication_window ="
                                + " 10000, fsync_after_insert = 1, fsync_part_directory = 1",
                        "SELECT sleep(3)");
    }

    @Test
    void viewWhoseTableWasChangedInThisSecond_theBatchIsInsertedInALaterOne() {
        Map<String, Object> answer = new HashMap<>(standing().get(0));
        answer.put("views", "2");
        answers.put("look-up", List.of(answer));
        Map<String, Object> copy = copy(1_000, 1_000);
        copy.put("just_changed", 1);
        answers.put("look-views", List.of(copy));
        assertThat(send(batch(record(5, "a", "{\"id\":1}"))).getException()).isNull();
        assertThat(steps).containsExactly("look-up", "look-views", "set", "insert");
        assertThat(getMockEndpoint("mock:set").getExchanges().get(0).getIn().getBody())
                .isEqualTo("SELECT sleep(3)");
    }

    /** A batch comes, and there is another view, as views.sql tells of it. */
    private Throwable sentThrough(Map<String, Object> view) {
        Map<String, Object> answer = new HashMap<>(standing().get(0));
        answer.put("views", "2");
        answers.put("look-up", List.of(answer));
        answers.put("look-views", List.of(view));
        return send(batch(record(5, "a", "{\"id\":1}"))).getException();
    }

    @Test
    void viewFillsWhatCannotLeaveOutARepetition_theBatchWaitsForAPerson_andSaysWhy() {
        for (int i = 0; i < 2; i++) {
            assertThat(sentThrough(view("db.x", "e.log", "Log", 0, 0)))
                    .isInstanceOf(NeedsPerson.class)
                    .hasMessageContaining("the view e.log_view of table db.x fills e.log, a table")
                    .hasMessageContaining("Log");
        }
        assertThat(sentThrough(view("db.x", "", "MergeTree", 0, 0)))
                .isInstanceOf(NeedsPerson.class)
                .hasMessageContaining("hidden table");
        assertThat(steps).doesNotContain("insert");
    }

    /** A view that the account may not see, as views.sql tells of it. */
    private static Map<String, Object> unseen() {
        Map<String, Object> view = new HashMap<>(view("db.x", "", "", 0, 0));
        view.put("view", "e.unseen");
        view.put("visible", 0);
        return view;
    }

    @Test
    void viewThatTheAccountMayNotSee_theBatchWaitsForAPerson_whoGrantsIt() {
        assertThat(sentThrough(unseen()))
                .isInstanceOf(NeedsPerson.class)
                .hasMessageContaining("the view e.unseen of table db.x is not visible")
                .hasMessageContaining(
                        "GRANT SHOW TABLES, SHOW COLUMNS, SELECT, INSERT, ALTER ON e.unseen");
        assertThat(steps).doesNotContain("set", "insert");
        assertThat(sentThrough(view("db.x", "e.t", "MergeTree", 10_000, 1))).isNull();
        assertThat(steps).endsWith("look-views", "insert");
    }

    @Test
    void tableOfAViewIsGone_orTheAccountMayNotSeeIt_theBatchWaitsForAPerson() {
        assertThat(sentThrough(view("db.x", "e.t", "", 0, 0)))
                .isInstanceOf(NeedsPerson.class)
                .hasMessageContaining("e.t_view of table db.x fills e.t, which is not there, or")
                .hasMessageContaining("ALTER ON e.t");
        assertThat(steps).doesNotContain("insert");
        // Nothing of it is refused where it is not behind this table.
        Map<String, Object> elsewhere = view("e.other", "e.t", "", 0, 0);
        assertThat(sentThrough(elsewhere)).isNull();
    }

    @Test
    void triedBatch_andAViewMeanwhileThatTheAccountMayNotSee_waitForAPerson() {
        everythingIsIn();
        answers.put("views", List.of(unseen()));
        assertThat(recover().getException())
                .isInstanceOf(NeedsPerson.class)
                .hasMessageContaining("the view e.unseen of table db.x is not visible");
    }

    /** What a batch that was tried before inserts of the offsets 5 to 7. */
    private String insertedAgain(
            List<List<String>> keys, List<Integer> offsets, int later, boolean restarted) {
        steps.clear();
        written.clear();
        answers.put("look-up", standing(keys, List.of()));
        answers.put(
                "look-tried",
                List.of(
                        Map.of(
                                "offsets",
                                offsets,
                                "since",
                                1_000,
                                "later",
                                later,
                                "restarted",
                                restarted ? 1 : 0)));
        answers.put("look-rows", offsets(5, 6, 7));
        answers.put(
                "look-keys",
                List.of(
                        Map.of("kafka_key", "a"),
                        Map.of("kafka_key", "b"),
                        Map.of("kafka_key", "c")));
        answers.put("views", List.of());
        AnnouncedRange batch =
                batch(
                        record(5, "a", "{\"id\":1}"),
                        record(6, "b", "{\"id\":2}"),
                        record(7, "c", "{\"id\":3}"));
        answers.put("columns", columns("id", "UInt8"));
        assertThat(send(TriedRange.of(batch)).getException()).isNull();
        assertThat(steps)
                .startsWith("columns", "look-up", "look-tried", "look-tried-views")
                .endsWith("look-keys", "views");
        return offsetsInserted();
    }

    @Test
    void triedBatch_isInsertedWhole_whileItsTokenIsRemembered() {
        assertThat(insertedAgain(List.of(entry("a")), List.of(5, 6), 1_999, false))
                .isEqualTo("5 6 7");
    }

    @Test
    void triedBatch_whoseTokenMayBeForgotten_isInserted_ifNothingOfItIsIn() {
        assertThat(insertedAgain(List.of(), List.of(), 2_000, false)).isEqualTo("5 6 7");
    }

    @Test
    void triedBatch_whoseTokenMayBeForgotten_isNotInserted_ifARowOfItIsIn_butRepaired() {
        assertThat(insertedAgain(List.of(), List.of(6), 2_000, false)).isEmpty();
        assertThat(insertedAgain(List.of(entry("a", "{\"id\":1}")), List.of(), 2_000, false))
                .isEmpty();
        assertThat(insertedAgain(List.of(), List.of(5, 6, 7), 9_000, false)).isEmpty();
    }

    @Test
    void triedBatch_beforeAStartOfClickHouse_isNotInserted_ifARowOfItIsIn_andEachViewTells() {
        sink.missingSettings(List.of());
        assertThat(insertedAgain(List.of(), List.of(6), 1, true)).isEmpty();
        assertThat(insertedAgain(List.of(), List.of(), 1, true)).isEqualTo("5 6 7");
        sink.missingSettings(
                List.of(
                        view("db.x", "db.x_keys", "MergeTree", 10_000, 0),
                        view("db.x", "db.x_daily", "MergeTree", 10_000, 1)));
        assertThat(insertedAgain(List.of(), List.of(6), 1, true)).isEmpty();
    }

    @Test
    void triedBatch_beforeAStartOfClickHouse_isInsertedWhole_ifAViewDoesNotTell() {
        answers.put("look-tried-views", List.of(view("db.x", "db.x_copy", "MergeTree", 10_000, 0)));
        assertThat(insertedAgain(List.of(), List.of(6), 1, true)).isEqualTo("5 6 7");
        // Nothing looks at a view behind a view.
        answers.put(
                "look-tried-views",
                List.of(
                        view("db.x", "db.x_daily", "MergeTree", 10_000, 1),
                        view("db.x_daily", "db.x_monthly", "MergeTree", 10_000, 1)));
        assertThat(insertedAgain(List.of(), List.of(6), 1, true)).isEqualTo("5 6 7");
    }

    /** Killed behind its insert, it would be counted twice, and nobody would be asked. */
    @Test
    void triedBatch_andAViewThatWasCreatedDuringIt_waitForAPerson_beforeItIsInsertedAgain() {
        answers.put("look-tried-views", List.of(copy(969, 1_000)));
        answers.put("columns", columns("id", "UInt8"));
        answers.put(
                "look-tried",
                List.of(Map.of("offsets", List.of(5), "since", 1_000, "later", 1, "restarted", 0)));
        assertThat(send(TriedRange.of(batch(record(5, "a", "{\"id\":1}")))).getException())
                .isInstanceOf(NeedsPerson.class)
                .hasMessageContaining("db.copy_view was created while");
        assertThat(steps).doesNotContain("insert");
    }

    private final List<Row> rows =
            List.of(
                    new Row(record(5, "a", "{\"id\":1}"), "a", 1, false),
                    new Row(record(6, "b", "{\"id\":2}"), "b", 1, false));

    private SinkBatch batchOfRows(AnnouncedRange range) {
        RecordCheck check = check(columns("id", "UInt8"));
        return new SinkBatch(range, rows, List.of(), check.encode(rows), check);
    }

    private Exchange recover() {
        return recover(List.of());
    }

    /** A batch of which these are in from others. */
    private Exchange recover(List<List<String>> others) {
        SinkBatch batch = batchOfRows(batch(rows.get(0).record(), rows.get(1).record()));
        batch.choose(others, List.of(), "2026-01-01 00:00:00.000", ChangedContent.DEAD_LETTER);
        return template.send("direct:recover-x", exchange -> exchange.getIn().setBody(batch));
    }

    private static List<Map<String, Object>> offsets(Integer... offsets) {
        return List.of(
                Map.of(
                        "offsets",
                        List.of(offsets),
                        "since",
                        1_000,
                        "deadline",
                        "2027-01-01 00:00:00.000"));
    }

    /** A view that does not tell what it has, with its times in seconds. */
    private static Map<String, Object> copy(int created, int changed) {
        Map<String, Object> view = new HashMap<>(view("db.x", "db.copy", "MergeTree", 10_000, 0));
        view.put("created", created);
        view.put("changed", changed);
        return view;
    }

    @Test
    void triedBatch_andAViewThatWasCreatedMeanwhile_waitForAPerson_whoDropsTheView() {
        everythingIsIn();
        answers.put("views", List.of(copy(969, 1_000)));
        assertThat(recover().getException())
                .isInstanceOf(NeedsPerson.class)
                .hasMessageContaining("db.copy_view")
                .hasMessageContaining("Drop the view");
        // Created so long before the batch that a look has seen it, or safe when the batch came in.
        for (Map<String, Object> view : List.of(copy(968, 1_000), copy(1_000, 999))) {
            answers.put("views", List.of(view));
            assertThat(recover().getException()).isNull();
        }
        answers.put("views", List.of());
        assertThat(recover().getException()).isNull();
    }

    private void everythingIsIn() {
        answers.put("look-rows", offsets(5, 6));
        answers.put("look-repair", offsets());
        answers.put("look-keys", bothKeys());
        answers.put(
                "views",
                List.of(
                        view("db.x", "db.x_keys", "MergeTree", 10_000, 0),
                        view("db.x", "db.x_daily", "MergeTree", 10_000, 1),
                        view("db.x_daily", "db.x_monthly", "MergeTree", 10_000, 1)));
        answers.put("look-view", List.of(Map.of("rows", 10, "deadline", "later")));
        answers.put("parts", List.of(Map.of("partition_id", "202401")));
    }

    @Test
    void nothingIsMissing_recoveryPutsNothingIn() {
        everythingIsIn();
        assertThat(recover().getException()).isNull();
        assertThat(steps).containsExactly("look-rows", "look-keys", "views", "look-view");
    }

    @Test
    void rowIsMissing_itGoesInByATableWithoutViews() {
        everythingIsIn();
        answers.put("look-again", answers.put("look-rows", offsets(5)));
        Exchange exchange = recover();
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody()).isInstanceOf(SinkBatch.class);
        assertThat(steps)
                .startsWith("look-rows", "look-rows")
                .containsSubsequence(
                        "look-rows",
                        "create-repair",
                        "look-repair",
                        "insert-repair",
                        "parts",
                        "move",
                        "look-again",
                        "look-keys");
        assertThat(steps).doesNotContain("drop-repair");
        assertThat(written.get("insert-repair"))
                .contains("\"kafka_offset\":6", "\"kafka_deadline\":1798761600000")
                .doesNotContain("\"kafka_offset\":5");
    }

    @Test
    void rowIsMissing_andARepairWasCutOff_itsTableIsMoved_andNothingInsertedAgain() {
        everythingIsIn();
        answers.put("look-again", answers.put("look-rows", offsets(5)));
        answers.put("look-repair", offsets(6));
        assertThat(recover().getException()).isNull();
        assertThat(steps)
                .containsSubsequence("create-repair", "look-repair", "parts", "move", "look-again")
                .doesNotContain("insert-repair");
    }

    @Test
    void rowIsMissingAfterItsRepair_theBatchIsTriedAgain_byANewTable() {
        everythingIsIn();
        answers.put("look-rows", offsets(5));
        answers.put("look-again", offsets(5));
        assertThat(recover().getException()).hasMessageContaining("not whole in x");
        assertThat(steps).endsWith("move", "look-again", "drop-repair");
    }

    @Test
    void eachBatchIsRepairedByATableOfItsOwn_whoeverDoesIt() {
        SinkBatch one = batchOfRows(batch(rows.get(0).record()));
        SinkBatch other =
                batchOfRows(new AnnouncedRange("id", new TopicPartition("t", 3), 5, 9, List.of()));
        String repair = new Recovery(one, "x").getRepair();
        assertThat(repair).startsWith("x_repair_").isEqualTo(new Recovery(one, "x").getRepair());
        assertThat(new Recovery(other, "x").getRepair()).isNotEqualTo(repair);
    }

    @Test
    void keyIsMissing_itIsInsertedIntoTheList() {
        everythingIsIn();
        answers.put("look-keys", List.of(Map.of("kafka_key", "a")));
        effects.put("insert-keys", () -> answers.put("look-keys", bothKeys()));
        assertThat(recover().getException()).isNull();
        assertThat(written.get("insert-keys"))
                .isEqualTo(
                        "{\"kafka_key\":\"b\",\"kafka_content\":\""
                                + entry("b", "{\"id\":2}").get(1)
                                + "\",\"kafka_batch\":\"t/id/2/5-9\"}\n");
        assertThat(steps).endsWith("insert-keys", "look-keys", "views", "look-view");
    }

    /** ClickHouse drops the first insert, and answers as if it were in. */
    @Test
    void keyIsMissingAfterItsRepair_aCrashLeftItsToken_itIsRepairedByAnotherToken() {
        everythingIsIn();
        answers.put("look-keys", List.of());
        List<String> tokens = new ArrayList<>();
        effects.put(
                "insert-keys",
                () -> {
                    tokens.add(recovery("insert-keys").getKeysToken());
                    if (tokens.size() == 2) {
                        answers.put("look-keys", bothKeys());
                    }
                });
        assertThat(recover().getException()).isNull();
        assertThat(tokens).containsExactly("t/id/2/5-9/keys", "t/id/2/5-9/keys/2");
    }

    private Recovery recovery(String step) {
        List<Exchange> exchanges = getMockEndpoint("mock:" + step).getExchanges();
        return exchanges.get(exchanges.size() - 1).getProperty("recovery", Recovery.class);
    }

    private static List<Map<String, Object>> bothKeys() {
        return List.of(Map.of("kafka_key", "a"), Map.of("kafka_key", "b"));
    }

    @Test
    void keyIsMissingAfterManyRepairs_theBatchIsTriedAgain() {
        everythingIsIn();
        answers.put("look-keys", List.of());
        assertThat(recover().getException())
                .hasMessage("t-2 offsets 5 to 9 is not whole in x_keys after 20 repairs");
        assertThat(getMockEndpoint("mock:insert-keys").getExchanges()).hasSize(20);
    }

    @Test
    void viewIsNotFilled_itIsFilledFromTheBatchAlone() {
        everythingIsIn();
        answers.put("look-view", List.of(Map.of("rows", 0, "deadline", "later")));
        answers.put("look-view-again", filled(1, 1));
        assertThat(recover().getException()).isNull();
        Message look = getMockEndpoint("mock:look-view").getExchanges().get(0).getIn();
        assertThat(look.getHeader("statement"))
                .isEqualTo(
                        "SELECT count() AS rows, toString(now64(3, 'UTC') + INTERVAL 30 SECOND) AS"
                                + " deadline FROM db.x_daily WHERE kafka_offsets[2] >= 5");
        Message fill = getMockEndpoint("mock:fill-view").getExchanges().get(0).getIn();
        assertThat(fill.getHeader("statement"))
                .isEqualTo(
                        "INSERT INTO db.x_daily (day, sum) SETTINGS insert_deduplication_token ="
                            + " 't/id/2/5-9/db.x_daily', additional_table_filters = {'x':"
                            + " 'kafka_batch = \\'t/id/2/5-9\\''} SELECT * FROM (SELECT day, sum"
                            + " FROM x) WHERE throwIf(now64(3) > toDateTime64('later', 3, 'UTC') OR"
                            + " now64(3) - toIntervalSecond(uptime()) > toDateTime64('later', 3,"
                            + " 'UTC') - INTERVAL 30 SECOND, 'too late') = 0");
    }

    private static List<Map<String, Object>> filled(int rows, int made) {
        return List.of(Map.of("rows", rows, "made", made, "deadline", "later"));
    }

    @Test
    void viewIsNotFilledAfterItsRepair_aCrashLeftItsToken_itIsRepairedByAnotherToken() {
        everythingIsIn();
        answers.put("look-view", List.of(Map.of("rows", 0, "deadline", "later")));
        answers.put("look-view-again", filled(0, 3));
        effects.put(
                "look-view-again",
                () -> {
                    if (tokensOfFills().size() == 2) {
                        answers.put("look-view-again", filled(3, 3));
                    }
                });
        assertThat(recover().getException()).isNull();
        assertThat(tokensOfFills())
                .containsExactly("t/id/2/5-9/db.x_daily", "t/id/2/5-9/db.x_daily/2");
        Message look = getMockEndpoint("mock:look-view-again").getExchanges().get(0).getIn();
        assertThat(look.getHeader("statement"))
                .isEqualTo(
                        "SELECT count() AS rows, toString(now64(3, 'UTC') + INTERVAL 30 SECOND) AS"
                                + " deadline, (SELECT count() FROM (SELECT day, sum FROM x) WHERE"
                                + " kafka_offsets[2] >= 5) AS made FROM db.x_daily WHERE"
                                + " kafka_offsets[2] >= 5 SETTINGS additional_table_filters = {'x':"
                                + " 'kafka_batch = \\'t/id/2/5-9\\''}");
    }

    private List<String> tokensOfFills() {
        return getMockEndpoint("mock:fill-view").getExchanges().stream()
                .map(fill -> fill.getIn().getHeader("statement", String.class))
                .map(fill -> fill.replaceFirst("(?s).*deduplication_token = '([^']*)'.*", "$1"))
                .toList();
    }

    @Test
    void viewMakesNothingOfTheBatch_orKeepsNothing_itIsFilledOnce() {
        everythingIsIn();
        answers.put("look-view", List.of(Map.of("rows", 0, "deadline", "later")));
        answers.put("look-view-again", filled(0, 0));
        assertThat(recover().getException()).isNull();
        assertThat(tokensOfFills()).hasSize(1);
        answers.put("views", List.of(view("db.x", "db.x_passed_on", "Null", 0, 1)));
        answers.put("look-view-again", filled(0, 3));
        assertThat(recover().getException()).isNull();
        assertThat(tokensOfFills()).hasSize(2);
    }

    /** As where a log is read again: a view that has the repetitions need not have the others. */
    @Test
    void batchBeginsWithRepetitions_viewIsAskedForItsOwnRows() {
        everythingIsIn();
        assertThat(recover(List.of(entry("a", "{\"id\":1}"))).getException()).isNull();
        Message look = getMockEndpoint("mock:look-view").getExchanges().get(0).getIn();
        assertThat(look.getHeader("statement", String.class))
                .endsWith("FROM db.x_daily WHERE kafka_offsets[2] >= 6");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "look-rows",
                "create-repair",
                "look-repair",
                "insert-repair",
                "parts",
                "move",
                "look-again",
                "drop-repair",
                "look-keys",
                "insert-keys",
                "views",
                "look-view",
                "fill-view",
                "look-view-again"
            })
    void endpointRefuses_theRecoveryFailsThere(String endpoint) {
        everythingIsIn();
        if (endpoint.matches(".*-repair|parts|move|look-again")) {
            answers.put("look-rows", offsets());
            answers.put("look-again", offsets());
        }
        answers.put("look-keys", List.of());
        answers.put("look-view", List.of(Map.of("rows", 0, "deadline", "later")));
        answers.put("look-view-again", filled(1, 1));
        effects.put("insert-keys", () -> answers.put("look-keys", bothKeys()));
        failing = endpoint;
        assertThat(recover().getException()).hasStackTraceContaining(endpoint + " refuses");
        assertThat(steps.get(steps.size() - 1)).isEqualTo(endpoint);
    }
}
