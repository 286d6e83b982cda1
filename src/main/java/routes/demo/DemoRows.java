package routes.demo;

import static routes.clickhouse.ClickHouse.number;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.command.CommandFailed;
import routes.kafka.Brokers;
import routes.pipeline.Amount;
import routes.pipeline.Reason;
import routes.settings.Address;
import routes.settings.Settings;
import routes.sql.SqlFile;

/** The demo's rows on their way: in Postgres, in Kafka, in ClickHouse. */
final class DemoRows implements AutoCloseable {
    /** Source table, which is the ClickHouse table's name too, and topic. */
    private static final Map<String, String> TOPICS =
            new TreeMap<>(Map.of("user_login", "user_event", "user_events", "user_events"));

    /** The source tables, which are the pipelines' names too. */
    static final Set<String> TABLES = TOPICS.keySet();

    private static final int LOGINS = 10;
    private static final int SECONDS_FOR_KAFKA = 10;

    private final DriverManagerDataSource source;
    private final JdbcTemplate postgres;
    private final ClickHouse clickHouse;
    private final Admin kafka;
    private final Map<String, List<Long>> ids = new TreeMap<>();

    DemoRows(Settings settings) {
        source =
                new DriverManagerDataSource(
                        settings.text("caravan.postgres.url"),
                        settings.text("caravan.postgres.user"),
                        settings.find("caravan.postgres.password").orElse(""));
        postgres = new JdbcTemplate(source);
        clickHouse = ClickHouseServer.reader(settings);
        kafka = Admin.create(Brokers.properties(settings));
    }

    /**
     * Creates the source tables where they are missing.
     *
     * @throws CommandFailed when Postgres cannot be reached
     */
    void createTables() {
        try {
            SqlFile.statements("classpath:sql/postgres/demo/tables.sql").forEach(postgres::execute);
        } catch (CannotGetJdbcConnectionException e) {
            throw new CommandFailed(
                    "Postgres at "
                            + Address.shown(source.getUrl())
                            + " refuses the connection: start it, or set caravan.postgres.url, user"
                            + " and password ("
                            + Reason.of(e)
                            + ")");
        }
    }

    /** Inserts what is missing, in one transaction; how many rows that were, by table. */
    Map<String, Integer> insert() {
        Map<String, Integer> inserted = new TreeMap<>();
        String logins = SqlFile.statements("classpath:sql/postgres/demo/login_values.sql").get(0);
        List<String> statements = SqlFile.statements("classpath:sql/postgres/demo/rows.sql");
        new TransactionTemplate(new DataSourceTransactionManager(source))
                .executeWithoutResult(
                        transaction -> {
                            inserted.put(
                                    "user_login",
                                    postgres.update(statements.get(0).replace("{logins}", logins)));
                            inserted.put("user_events", postgres.update(statements.get(1)));
                        });
        ids.put(
                "user_login",
                postgres.queryForList(
                        SqlFile.text("classpath:sql/postgres/demo/logins.sql")
                                .replace("{logins}", logins),
                        Long.class));
        ids.put(
                "user_events",
                postgres.queryForList(
                        "SELECT id FROM user_events ORDER BY id LIMIT 200", Long.class));
        return inserted;
    }

    /** True once every row is in ClickHouse, each once. */
    boolean arrived() {
        return logins().size() == LOGINS
                && TOPICS.keySet().stream().allMatch(table -> standing(table).equals(once(table)));
    }

    /** True once the outboxes have noted every row as sent, which can be after it has arrived. */
    boolean noted() {
        return ids.entrySet().stream()
                .allMatch(
                        table ->
                                postgres.queryForObject(
                                        "SELECT bool_and(sent_to_kafka IS TRUE) FROM "
                                                + table.getKey()
                                                + " WHERE id = ANY (?)",
                                        Boolean.class,
                                        (Object) table.getValue().toArray(Long[]::new)));
    }

    private Standing once(String table) {
        long rows = ids.get(table).size();
        return new Standing(rows, rows);
    }

    private record Standing(long rows, long keys) {}

    private Standing standing(String table) {
        List<String> keys = ids.get(table).stream().map(String::valueOf).toList();
        Map<String, Object> row =
                clickHouse
                        .rows(
                                SqlFile.text("classpath:sql/clickhouse/demo/keys.sql")
                                        .replace("{table}", table),
                                ClickHouse.keys(keys))
                        .get(0);
        return new Standing(number(row, "standing"), number(row, "different"));
    }

    /** The ten logins as they stand in ClickHouse now, by their time. */
    List<Map<String, Object>> logins() {
        String list =
                ids.get("user_login").stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(",", "[", "]"));
        return clickHouse.rows(
                SqlFile.text("classpath:sql/clickhouse/demo/logins.sql"), Map.of("ids", list));
    }

    /** Everything that a second pass could change: ends in Kafka, rows in ClickHouse. */
    Map<String, Object> state() throws ExecutionException, InterruptedException {
        Map<String, Object> state = new TreeMap<>();
        for (Map.Entry<String, String> table : TOPICS.entrySet()) {
            state.put(
                    "Kafka " + table.getValue(),
                    ends(table.getValue()).values().stream()
                            .map(String::valueOf)
                            .collect(Collectors.joining(" ")));
            state.put(
                    "ClickHouse " + table.getKey(),
                    clickHouse
                            .rows("SELECT count() AS rows FROM " + table.getKey(), Map.of())
                            .get(0)
                            .get("rows"));
        }
        return state;
    }

    private Map<Integer, Long> ends(String topic) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        kafka.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .forEach(
                        partition ->
                                wanted.put(
                                        new TopicPartition(topic, partition.partition()),
                                        OffsetSpec.latest()));
        Map<Integer, Long> ends = new TreeMap<>();
        for (Map.Entry<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> end :
                kafka.listOffsets(wanted).all().get().entrySet()) {
            ends.put(end.getKey().partition(), end.getValue().offset());
        }
        return ends;
    }

    /** Where rows are that have not arrived, a line a table. */
    List<String> missing() {
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, String> table : TOPICS.entrySet()) {
            int rows = ids.get(table.getKey()).size();
            lines.add(
                    table.getKey()
                            + ": "
                            + Amount.of(rows, "row")
                            + " in Postgres, of these unsent "
                            + said(() -> unsent(table.getKey()))
                            + "; records in Kafka topic "
                            + table.getValue()
                            + " "
                            + said(() -> records(table.getValue()))
                            + ", in "
                            + table.getValue()
                            + ".dead-letter "
                            + said(() -> records(table.getValue() + ".dead-letter"))
                            + "; in ClickHouse "
                            + said(() -> standing(table.getKey()).rows()));
        }
        return lines;
    }

    private long unsent(String table) {
        return postgres.queryForObject(
                "SELECT count(*) FROM " + table + " WHERE sent_to_kafka IS NOT TRUE", Long.class);
    }

    private long records(String topic)
            throws ExecutionException, InterruptedException, TimeoutException {
        kafka.describeCluster().clusterId().get(SECONDS_FOR_KAFKA, TimeUnit.SECONDS);
        return ends(topic).values().stream().mapToLong(Long::longValue).sum();
    }

    @FunctionalInterface
    private interface Count {
        long ask() throws Exception;
    }

    /** A server that is unreachable must not keep the others from being told about. */
    private static String said(Count count) {
        try {
            return Long.toString(count.ask());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "?";
        } catch (Exception e) {
            return "? (" + Reason.of(e) + ")";
        }
    }

    @Override
    public void close() {
        clickHouse.close();
        kafka.close();
    }
}
