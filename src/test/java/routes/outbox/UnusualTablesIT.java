package routes.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Commands;
import harness.EventTable;
import harness.RuntimeProcess;
import harness.Services;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Tables whose rows are in several, and rows that cannot be marked: none is lost, none sent again.
 */
class UnusualTablesIT {
    private static final String COLUMNS =
            "user_id INTEGER, event_type TEXT, points_spent INTEGER, event_time TIMESTAMP,"
                    + " sent_to_kafka BOOLEAN DEFAULT FALSE";

    private final Services services = Services.running();

    UnusualTablesIT() throws Exception {}

    /** Writers at work all the while, with transactions that last and roll back. */
    private static void load(EventTable table, String name, int rounds) {
        CompletableFuture.allOf(
                        CompletableFuture.runAsync(
                                () -> {
                                    for (int i = 0; i < rounds; i++) {
                                        table.insert(1 + i * 7 % 150);
                                    }
                                }),
                        CompletableFuture.runAsync(
                                () -> {
                                    for (int i = 0; i < rounds; i++) {
                                        table.postgres()
                                                .update(
                                                        "UPDATE "
                                                                + name
                                                                + " SET points_spent = 1 WHERE id"
                                                                + " % 17 = 3 AND NOT"
                                                                + " sent_to_kafka");
                                    }
                                }))
                .join();
    }

    private void assertSentOnce(RuntimeProcess runtime, EventTable table, String name)
            throws Exception {
        table.assertEveryRowOnce();
        long rows = table.postgres().queryForObject("SELECT count(*) FROM " + name, Long.class);
        assertThat(services.records(name)).isEqualTo(rows);
        assertThat(runtime.log()).doesNotContain("batch-rolled-back", "index-missing");
    }

    @Test
    void partitionedTable_underLoad_everyRowIsSentOnce() throws Exception {
        try (EventTable table = new EventTable("partitioned", services)) {
            JdbcTemplate postgres = table.postgres();
            postgres.execute("DROP TABLE partitioned");
            postgres.execute(
                    "CREATE TABLE partitioned (id SERIAL PRIMARY KEY, "
                            + COLUMNS
                            + ") PARTITION BY HASH (id)");
            for (int i = 0; i < 3; i++) {
                postgres.execute(
                        "CREATE TABLE partitioned_"
                                + i
                                + " PARTITION OF partitioned FOR VALUES WITH (MODULUS 4, REMAINDER "
                                + i
                                + ")");
            }
            // Of another layout, and partitioned itself.
            postgres.execute(
                    "CREATE TABLE partitioned_3 (sent_to_kafka BOOLEAN DEFAULT FALSE, event_time"
                            + " TIMESTAMP, gone TEXT, points_spent INTEGER, user_id INTEGER,"
                            + " event_type TEXT, id INTEGER NOT NULL) PARTITION BY HASH (id)");
            postgres.execute("ALTER TABLE partitioned_3 DROP COLUMN gone");
            for (int i = 0; i < 2; i++) {
                postgres.execute(
                        "CREATE TABLE partitioned_3_"
                                + i
                                + " PARTITION OF partitioned_3 FOR VALUES WITH (MODULUS 2,"
                                + " REMAINDER "
                                + i
                                + ")");
            }
            postgres.execute(
                    "ALTER TABLE partitioned ATTACH PARTITION partitioned_3 FOR VALUES WITH"
                            + " (MODULUS 4, REMAINDER 3)");
            table.insert(2_000);
            try (RuntimeProcess runtime = RuntimeProcess.start(table.environment())) {
                load(table, "partitioned", 60);
                runtime.awaitRunning();
                load(table, "partitioned", 60);
                assertSentOnce(runtime, table, "partitioned");
            }
            assertThat(
                            postgres.queryForList(
                                    "SELECT indisvalid FROM pg_index WHERE indpred IS NOT NULL AND"
                                            + " indrelid::regclass::text LIKE 'partitioned%'",
                                    Boolean.class))
                    .as("indexes of the five tables that hold rows, and of the two that have parts")
                    .hasSize(7)
                    .containsOnly(true);
        }
    }

    @Test
    void tablesThatInherit_underLoad_everyRowIsSentOnce() throws Exception {
        try (EventTable table = new EventTable("inherited", services)) {
            JdbcTemplate postgres = table.postgres();
            for (int i = 0; i < 3; i++) {
                postgres.execute(
                        "CREATE TABLE inherited_" + i + " (PRIMARY KEY (id)) INHERITS (inherited)");
                postgres.execute(
                        "CREATE RULE to_"
                                + i
                                + " AS ON INSERT TO inherited WHERE (NEW.user_id % 4 = "
                                + i
                                + ") DO INSTEAD INSERT INTO inherited_"
                                + i
                                + " VALUES (NEW.*)");
            }
            table.insert(2_000);
            assertThat(
                            postgres.queryForList(
                                    "SELECT count(*) FROM inherited GROUP BY tableoid", Long.class))
                    .hasSize(4);
            try (RuntimeProcess runtime =
                    RuntimeProcess.start(table.environment()).awaitRunning()) {
                load(table, "inherited", 60);
                // One that comes while the outbox runs: its places are those of others, too.
                postgres.execute(
                        "CREATE TABLE inherited_late (PRIMARY KEY (id)) INHERITS (inherited)");
                postgres.execute(
                        "INSERT INTO inherited_late SELECT nextval('inherited_id_seq'), 1, 'late',"
                                + " 1, now() FROM generate_series(1, 3000)");
                load(table, "inherited", 30);
                assertSentOnce(runtime, table, "inherited");
            }
        }
    }

    @Test
    void rowsThatATriggerKeepsAsTheyAre_areSentOnce_andHoldUpNobody() throws Exception {
        try (EventTable table = new EventTable("kept", services)) {
            JdbcTemplate postgres = table.postgres();
            postgres.execute(
                    "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF"
                            + " OLD.id % 500 = 7 THEN RETURN NULL; END IF; IF OLD.id % 500 = 8 THEN"
                            + " NEW.sent_to_kafka := FALSE; END IF; RETURN NEW; END $$");
            postgres.execute(
                    "CREATE TRIGGER keep BEFORE UPDATE ON kept FOR EACH ROW EXECUTE FUNCTION"
                            + " keep()");
            Map<String, String> environment = table.environment();
            environment.put("CARAVAN_OUTBOX_KEPT_ROWS", "400");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                table.insert(1_000);
                Awaitility.await("all in ClickHouse")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> table.arrived() == 1_000);
                assertThat(table.unsent()).isEqualTo(4);
                double polls = runtime.metric("caravan_outbox_polls_total", "kept");
                Awaitility.await("twenty more polls")
                        .atMost(Duration.ofSeconds(60))
                        .until(
                                () ->
                                        runtime.metric("caravan_outbox_polls_total", "kept")
                                                > polls + 20);
                assertThat(services.records("kept")).isEqualTo(1_000);
                assertThat(runtime.log())
                        .contains("event=rows-not-marked", "trigger BEFORE UPDATE")
                        .doesNotContain("batch-rolled-back");
                assertThat(Commands.run(environment, "skipped", "list", "kept"))
                        .contains("a trigger on kept", "4 skipped by kept");
                Awaitility.await("the gauge")
                        .atMost(Duration.ofSeconds(30))
                        .until(
                                () ->
                                        runtime.metric("caravan_outbox_skipped_rows", "kept") == 4
                                                && runtime.metric(
                                                                "caravan_outbox_unsent_rows",
                                                                "kept")
                                                        == 0);

                postgres.execute("DROP TRIGGER keep ON kept");
                assertThat(Commands.run(environment, "skipped", "release", "kept", "--key", "7"))
                        .contains("1 released");
                assertThat(Commands.run(environment, "skipped", "release", "kept"))
                        .contains("3 released");
                table.assertEveryRowOnce();
                assertThat(services.records("kept")).isEqualTo(1_004);
            }
        }
    }

    @Test
    void columnsNamedLikeParameters_arriveAsTheyAre() throws Exception {
        JdbcTemplate postgres = services.postgres();
        postgres.execute(
                "CREATE TABLE odd (\"i:?d\" SERIAL PRIMARY KEY, r TEXT, t TEXT, tags VARCHAR(9)[],"
                    + " \"a:?b\" INTEGER, \"c:#d\" INTEGER, \"{table}\" INTEGER, \"e\"\"f\\:?g\""
                    + " INTEGER, \"h?#\" INTEGER, \"s:?ent\" BOOLEAN)");
        postgres.execute(
                "INSERT INTO odd SELECT i, 'r', 't', '{x}', 1, 2, 3, 4, 5 FROM generate_series(1,"
                        + " 50) i");
        Map<String, String> environment = services.environment();
        environment.put("CARAVAN_OUTBOXES", "odd");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_OUTBOX_ODD_TABLE", "odd");
        environment.put("CARAVAN_OUTBOX_ODD_TOPIC", "odd");
        environment.put("CARAVAN_OUTBOX_ODD_FLAG", "s:?ent");
        try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
            Awaitility.await("all sent")
                    .atMost(Duration.ofSeconds(60))
                    .until(
                            () ->
                                    postgres.queryForList(
                                                    "SELECT \"i:?d\" FROM odd WHERE \"s:?ent\" IS"
                                                            + " NOT TRUE")
                                            .isEmpty());
            assertThat(services.records("odd")).isEqualTo(50);
            assertThat(services.values("odd"))
                    .allSatisfy(
                            value ->
                                    assertThat(value)
                                            .endsWith(
                                                    ",\"r\":\"r\",\"t\":\"t\",\"tags\":[\"x\"],\"a:?b\":1,\"c:#d\":2,\"{table}\":3,"
                                                        + "\"e\\\"f\\\\:?g\":4,\"h?#\":5}"));
            assertThat(runtime.log()).doesNotContain("batch-rolled-back");
        }
    }
}
