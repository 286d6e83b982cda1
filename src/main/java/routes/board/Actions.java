package routes.board;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.pipeline.Reason;
import routes.web.Problem;

/**
 * What people do on the board: each action, refused ones included, is a line in the log when it
 * ends, and within a second a row of the table {@code board_actions}, once. While ClickHouse does
 * not answer, up to {@value #MOST} rows wait here; what waits when the process ends is in the log
 * alone.
 */
public final class Actions {
    private static final Logger LOG = LoggerFactory.getLogger(Actions.class);
    private static final int MOST = 1_000;
    private static final int MOST_CHARACTERS = 1_000;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    /** This process: the number that it has on its machine, and the machine's name. */
    private final String runtime = ManagementFactory.getRuntimeMXBean().getName();

    /** The beginning of this process's tokens: another one may get the same number. */
    private final long begin = System.currentTimeMillis();

    private final Deque<Map<String, Object>> waiting = new ArrayDeque<>();
    private long written;
    private Batch writing;

    /**
     * Rows on their way to the table.
     *
     * @param token the insert's; the same rows have the same one, however often they are tried
     */
    public record Batch(String token, List<Map<String, Object>> rows) {}

    /**
     * Does something that a person asked for, and notes it.
     *
     * @param action in a word or two: {@code run a day}
     * @param what it is done to
     * @param work does it, and says what was done, as a sentence
     * @return the sentence
     * @throws Problem as the work throws it; it is noted as refused, or as failed where a server or
     *     the process is at fault
     */
    String take(
            String user,
            String action,
            JsonNode request,
            Function<JsonNode, String> what,
            Function<JsonNode, String> work) {
        String to = what.apply(request);
        try {
            String said = work.apply(request);
            note(user, action, to, "done", said);
            return said;
        } catch (Problem e) {
            note(user, action, to, e.isAtFault() ? "refused" : "failed", e.getMessage());
            throw e;
        } catch (RuntimeException e) {
            note(user, action, to, "failed", Reason.of(e));
            throw e;
        }
    }

    private synchronized void note(
            String user, String action, String what, String result, String said) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("time", TIME.format(Instant.now()));
        row.put("runtime", runtime);
        row.put("user", plain(user));
        row.put("action", action);
        row.put("what", plain(what));
        row.put("result", result);
        row.put("said", plain(said));
        LOG.info(
                "event=action user={} action=\"{}\" what=\"{}\" result={} said=\"{}\"",
                row.get("user"),
                action,
                row.get("what"),
                result,
                row.get("said"));
        if (waiting.size() < MOST) {
            waiting.add(row);
        }
    }

    /** On one line and of a sensible length: a request's text must not look like another line. */
    private static String plain(String text) {
        return Reason.shortened(
                text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").replace('"', '\''),
                MOST_CHARACTERS);
    }

    /** What the table lacks; null where that is nothing. The same again until it is written. */
    public synchronized Batch unwritten() {
        if (writing == null && !waiting.isEmpty()) {
            writing =
                    new Batch(
                            "%s-%d-%d-%d"
                                    .formatted(runtime, begin, written, written + waiting.size()),
                            List.copyOf(waiting));
        }
        return writing;
    }

    /** The table has what {@link #unwritten} gave last. */
    public synchronized void written() {
        for (int i = 0; i < writing.rows().size(); i++) {
            waiting.remove();
            written++;
        }
        writing = null;
    }
}
