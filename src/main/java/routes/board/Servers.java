package routes.board;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.health.HealthCheck;
import routes.pipeline.Reason;
import routes.settings.Address;

/**
 * The servers that the pipelines need: whether each answers, how fast, and since when it does not,
 * or refuses. Each is asked by a thread of its own, so that the page never waits for one that is
 * frozen.
 */
public final class Servers implements AutoCloseable {
    private static final long PAUSE_MS = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /**
     * How a server does.
     *
     * @param since when it is as it is
     * @param refuses true if it does answer, but does not let Caravan in: somebody has to act
     * @param latencyMs of the last answer; null before the first
     * @param problem why it does not answer, or refuses; null where it answers
     */
    public record Server(
            String name,
            String address,
            boolean answers,
            boolean refuses,
            Instant since,
            Long latencyMs,
            String problem) {

        /** What it does where it does not answer, as a sentence about it goes on. */
        String fault() {
            return refuses ? "refuses Caravan" : "does not answer";
        }
    }

    private final List<Watched> all;
    private final ScheduledExecutorService threads;

    /**
     * @param checks of servers, each by its name
     */
    public Servers(Collection<HealthCheck> checks) {
        all = checks.stream().map(Watched::new).toList();
        threads =
                Executors.newScheduledThreadPool(
                        Math.max(1, all.size()),
                        work -> {
                            Thread thread = new Thread(work, "servers");
                            thread.setDaemon(true);
                            return thread;
                        });
        all.forEach(
                server ->
                        threads.scheduleWithFixedDelay(
                                server::ask, 0, PAUSE_MS, TimeUnit.MILLISECONDS));
    }

    List<Server> states() {
        return all.stream().map(Watched::state).toList();
    }

    /** Whether a pipeline needs the server. */
    boolean has(String name) {
        return states().stream().anyMatch(server -> server.name().equals(name));
    }

    /** Those that do not answer or refuse, by their names. */
    Map<String, Server> silent() {
        Map<String, Server> silent = new LinkedHashMap<>();
        states().stream()
                .filter(server -> !server.answers())
                .forEach(server -> silent.put(server.name(), server));
        return silent;
    }

    /** What a server does that could not be asked just now, as a sentence about it goes on. */
    String fault(String name) {
        Server server = silent().get(name);
        return server == null ? "does not answer" : server.fault();
    }

    private static final class Watched {
        private final HealthCheck check;
        private Server latest;
        private Instant asked;

        private Watched(HealthCheck check) {
            this.check = check;
            latest = new Server(check.getId(), "", true, false, Instant.now(), null, null);
        }

        private void ask() {
            Instant now = Instant.now();
            synchronized (this) {
                asked = now;
            }
            HealthCheck.Result result = check.call();
            synchronized (this) {
                asked = null;
                boolean answers = result.getState() != HealthCheck.State.DOWN;
                boolean refuses = Boolean.TRUE.equals(result.getDetails().get("refuses"));
                boolean same = answers == latest.answers && refuses == latest.refuses;
                latest =
                        new Server(
                                latest.name,
                                String.valueOf(result.getDetails().getOrDefault("address", "")),
                                answers,
                                refuses,
                                same ? latest.since : now,
                                answers
                                        ? (Long) Duration.between(now, Instant.now()).toMillis()
                                        : latest.latencyMs,
                                answers ? null : problem(result));
            }
        }

        private static String problem(HealthCheck.Result result) {
            return result.getError()
                    .map(Reason::of)
                    .orElseGet(() -> Address.hidden(result.getMessage().orElse("no answer")));
        }

        /** A question that nobody has answered for seconds is an answer too. */
        private synchronized Server state() {
            return asked == null || !latest.answers || asked.plus(PATIENCE).isAfter(Instant.now())
                    ? latest
                    : new Server(
                            latest.name,
                            latest.address,
                            false,
                            false,
                            asked,
                            latest.latencyMs,
                            "it accepts connections but does not answer");
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
