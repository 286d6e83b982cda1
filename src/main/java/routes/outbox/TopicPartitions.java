package routes.outbox;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.kafka.TopicSize;
import routes.sql.SqlFile;

/**
 * Notes in {@code caravan_outbox.partitions} how many partitions a topic has, and from which
 * transaction on rows are hashed by that number. Outboxes and runtimes with one topic share it.
 *
 * <p>Why a row keeps its number. It follows from the row's transaction and the noted numbers alone.
 * A batch holds the topic's lock shared from before its snapshot until its transaction ends. A new
 * number is noted under the lock alone, for the transactions that had not begun by then: so no
 * batch has read a row of one of those with the old numbers, and each later batch reads the new
 * one. What a frozen process still sends after Postgres has ended its transaction are rows that it
 * read before.
 */
public final class TopicPartitions {
    /** The next transaction, and the numbers by their first transaction, in a statement. */
    private static final String NUMBERS =
            "(SELECT pg_snapshot_xmax(pg_current_snapshot())::text || ':' || string_agg(n.since ||"
                    + " '=' || n.partitions, ',' ORDER BY n.since) FROM caravan_outbox.partitions"
                    + " AS n WHERE n.topic = :?topic AND n.since <="
                    + " pg_snapshot_xmax(pg_current_snapshot())::text::bigint)";

    private static final Logger LOG = LoggerFactory.getLogger(TopicPartitions.class);
    private static final String SQL = "classpath:sql/postgres/outbox/partitions/";

    private final String topic;
    private final Count count;
    private final NamedParameterJdbcTemplate jdbc;
    private final OwnTable table;
    private final TransactionTemplate transaction;
    private boolean available;
    private TopicSize known;

    /** Asks Kafka. */
    @FunctionalInterface
    interface Count {
        TopicSize of(String topic) throws ExecutionException, InterruptedException;
    }

    /**
     * @param server that the outbox's table is on
     */
    TopicPartitions(DataSource server, String topic, Count count) {
        this.topic = topic;
        this.count = count;
        jdbc = new NamedParameterJdbcTemplate(server);
        table = new OwnTable(server, "caravan_outbox", "partitions", "partitions/table.sql");
        transaction = new TransactionTemplate(new JdbcTransactionManager(server));
    }

    /**
     * Creates the table, if it is missing, and notes the topic's first number. Where this account
     * may not, Kafka's partitioner chooses.
     */
    void prepare() throws ExecutionException, InterruptedException {
        try {
            table.create();
            note(count.of(topic));
            available = true;
        } catch (DataAccessException e) {
            LOG.warn(
                    "topic={} event=partitions-not-noted effect=\"a row that is sent again after"
                        + " the topic got partitions may be doubled\" reason=\"{}\" do=\"run as the"
                        + " database's owner: CREATE SCHEMA caravan_outbox AUTHORIZATION this"
                        + " account\"",
                    topic,
                    OwnTable.refusal(e));
        }
    }

    /** What the statement that finds unsent rows says of the numbers. */
    String numbers() {
        return available ? NUMBERS : "NULL";
    }

    /** Notes the topic's number, if it is another one now. */
    public void look() throws InterruptedException {
        if (!available) {
            return;
        }
        TopicSize now;
        try {
            now = count.of(topic);
        } catch (ExecutionException e) {
            // The outbox itself says that Kafka does not answer.
            LOG.debug("topic={}", topic, e);
            return;
        }
        note(now);
    }

    private void note(TopicSize now) {
        if (now.equals(known)) {
            return;
        }
        if (isNews(noted(), now)) {
            transaction.executeWithoutResult(status -> noteAlone(now));
        }
        known = now;
    }

    private void noteAlone(TopicSize now) {
        JdbcTemplate session = jdbc.getJdbcTemplate();
        // Longer than Postgres lets a frozen process hold a batch.
        session.execute("SET LOCAL lock_timeout = '30s'");
        jdbc.query(SqlFile.text(SQL + "lock.sql"), Map.of("topic", topic), row -> {});
        if (isNews(noted(), now)) {
            jdbc.update(
                    SqlFile.text(SQL + "note.sql"),
                    Map.of("topic", topic, "partitions", now.partitions(), "topic_id", now.id()));
            LOG.info(
                    "topic={} event=partitions-noted partitions={} effect=\"rows that come from"
                            + " now on are spread over them\"",
                    topic,
                    now.partitions());
        }
    }

    private List<TopicSize> noted() {
        return jdbc.query(
                SqlFile.text(SQL + "noted.sql"),
                Map.of("topic", topic),
                (row, number) ->
                        new TopicSize(row.getString("topic_id"), row.getInt("partitions")));
    }

    /**
     * Whether what Kafka says is to be noted. A broker that is behind says what was before: fewer
     * partitions, or the topic that this one came in place of.
     *
     * @param noted the first one first
     */
    static boolean isNews(List<TopicSize> noted, TopicSize now) {
        TopicSize last = noted.isEmpty() ? null : noted.get(noted.size() - 1);
        if (last != null && last.id().equals(now.id())) {
            return now.partitions() > last.partitions();
        }
        return noted.stream().noneMatch(before -> before.id().equals(now.id()));
    }
}
