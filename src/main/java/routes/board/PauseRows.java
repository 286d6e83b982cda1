package routes.board;

import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.pipeline.Reason;
import routes.settings.SettingsException;
import routes.web.Problem;

/** The pauses that hold in all runtimes: rows of {@code caravan_jobs.paused_pipeline}. */
final class PauseRows {
    private static final Logger LOG = LoggerFactory.getLogger(PauseRows.class);
    private static final String SQL =
            "sql:classpath:sql/postgres/board/pauses/%s.sql?dataSource=#postgres&outputType=SelectOne";

    /** A look that takes longer is as good as none: nobody waits for a server that is frozen. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

    /**
     * A pause.
     *
     * @param written false if it was there before somebody asked for it
     */
    record Row(String pipeline, String by, Instant since, boolean written) {}

    private final ProducerTemplate routes;
    private final Runnable migrations;
    private final String address;
    private volatile boolean made;
    private volatile String trouble;
    private volatile long looked = System.nanoTime();

    /**
     * @param routes of a context that has the DataSource {@code postgres}
     * @param migrations makes the table; can be run again
     * @param address of Postgres, for people
     */
    PauseRows(ProducerTemplate routes, Runnable migrations, String address) {
        this.routes = routes;
        this.migrations = migrations;
        this.address = address;
    }

    /** What a look has found, by the pipelines. */
    Map<String, Row> found(List<Map<String, Object>> rows) {
        looked = System.nanoTime();
        if (trouble != null) {
            trouble = null;
            LOG.info("event=pauses-known");
        }
        return rows.stream()
                .map(PauseRows::row)
                .collect(Collectors.toMap(Row::pipeline, row -> row));
    }

    /** A look has failed. */
    void failed(Exception failure) {
        looked = System.nanoTime();
        if (trouble == null) {
            LOG.warn(
                    "event=pauses-unknown do=\"nothing: what is paused stays so, and Postgres is"
                            + " asked again\" reason=\"{}\"",
                    Reason.of(failure));
        }
        trouble = Reason.of(failure);
    }

    private static Row row(Map<String, Object> row) {
        return new Row(
                (String) row.get("pipeline"),
                (String) row.get("paused_by"),
                ((Date) row.get("since")).toInstant(),
                Boolean.TRUE.equals(row.get("written")));
    }

    /**
     * Pauses a pipeline in all runtimes.
     *
     * @return the pause that holds: this one, or one from before
     * @throws Problem when Postgres does not take it
     */
    Row write(String user, String pipeline) {
        requireAnswers();
        try {
            if (!made) {
                migrations.run();
                made = true;
            }
            Map<?, ?> row = ask("pause", Map.of("pipeline", pipeline, "user", user), Map.class);
            if (row == null) {
                throw new Problem(409, "Somebody else has paused or resumed " + pipeline);
            }
            return row(cast(row));
        } catch (SettingsException e) {
            throw new Problem(503, "Pausing is not possible: " + e.getMessage());
        } catch (Problem e) {
            throw e;
        } catch (RuntimeException e) {
            throw problem(e);
        }
    }

    @SuppressWarnings("unchecked") // A row's columns have names.
    private static Map<String, Object> cast(Map<?, ?> row) {
        return (Map<String, Object>) row;
    }

    /**
     * Ends a pause in all runtimes.
     *
     * @return who had paused it; empty if nobody had
     * @throws Problem when Postgres does not take it
     */
    Optional<String> delete(String pipeline) {
        requireAnswers();
        try {
            return Optional.ofNullable(ask("resume", Map.of("pipeline", pipeline), String.class));
        } catch (RuntimeException e) {
            throw problem(e);
        }
    }

    private <T> T ask(String statement, Map<String, Object> values, Class<T> type) {
        return routes.requestBodyAndHeaders(SQL.formatted(statement), null, values, type);
    }

    /** Refuses what Postgres cannot be asked, before it is asked. */
    private void requireAnswers() {
        String reason =
                System.nanoTime() - looked > PATIENCE ? "it has not answered for seconds" : trouble;
        if (reason != null) {
            throw problem(reason, "What is paused stays so");
        }
    }

    /** It may have been done all the same: the answer can be what is lost. */
    private Problem problem(RuntimeException e) {
        made = false;
        return problem(
                Reason.of(
                        e instanceof CamelExecutionException && e.getCause() != null
                                ? e.getCause()
                                : e),
                "Look at the page again when it answers");
    }

    private Problem problem(String reason, String then) {
        return new Problem(
                503,
                "Pausing and resuming are not possible now: Postgres at "
                        + address
                        + " cannot be asked ("
                        + reason
                        + "). "
                        + then
                        + ".");
    }
}
