package routes.board;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.board.Servers.Server;
import routes.marts.MartState;
import routes.marts.MartStates;
import routes.queries.NamedQueries;
import routes.queries.QueryFailed;
import routes.settings.Settings;
import routes.web.Answer;
import routes.web.Problem;
import routes.web.Visit;
import routes.web.WebServer;
import routes.web.WebServer.Access;

/**
 * What the board's page shows, as JSON below {@code /api}, and its two actions.
 *
 * <p>A server that is away, or a table that is not built yet, is an answer too: an object with
 * {@code problem}, a sentence for the page to show.
 */
public final class Board implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Board.class);
    private static final String CSV = ".csv";

    private final Flow flow;
    private final Servers servers;
    private final ScheduledExecutorService looks =
            Executors.newSingleThreadScheduledExecutor(
                    work -> {
                        Thread thread = new Thread(work, "board");
                        thread.setDaemon(true);
                        return thread;
                    });
    private final LetterBox letters;
    private final JobRuns jobs;
    private final MartStates marts;
    private final NamedQueries queries;
    private final boolean safeCsv;

    /**
     * @param shown the pipelines that run here
     * @param failures hears of what fails in the context
     * @param servers that the pipelines need
     * @param marts how the marts stand
     */
    public Board(
            Settings settings,
            Shown shown,
            CamelContext context,
            MeterRegistry meters,
            Failures failures,
            Servers servers,
            MartStates marts) {
        flow = new Flow(settings, shown, context, meters, failures, servers);
        this.servers = servers;
        context.getRegistry().bind("board-history", new History(flow));
        letters = new LetterBox(settings, shown.deadLetterTopics());
        this.jobs = new JobRuns(settings, shown.jobs(), context.createProducerTemplate());
        this.marts = marts;
        queries = new NamedQueries(settings);
        looks.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
        safeCsv = settings.choice("caravan.board.csv", "safe", "plain").equals("safe");
    }

    /** Adds its addresses; the page itself is a file. */
    public void addTo(WebServer server) {
        server.add("/api/session", Access.ALL, this::session);
        server.add("/api/flow", Access.READERS, visit -> Answer.json(flow.described()));
        server.add("/api/jobs", Access.READERS, visit -> Answer.json(jobs.described()));
        server.add("/api/marts", Access.READERS, visit -> Answer.json(marts()));
        server.add("/api/dead-letters", Access.READERS, visit -> Answer.json(letters.described()));
        server.add("/api/query", Access.READERS, this::query);
        server.add("/api/jobs/run", Access.USERS, visit -> done(jobs.run(action(visit))));
        server.add(
                "/api/dead-letters/replay",
                Access.USERS,
                visit -> done(letters.replay(action(visit).path("topic").asText())));
    }

    private void look() {
        try {
            flow.look();
        } catch (RuntimeException e) {
            // A route that goes while it is looked at; the next look is in a second.
            LOG.debug("the pipelines could not be looked at", e);
        }
    }

    private Map<String, Object> marts() {
        Server clickHouse = servers.silent().get("clickhouse");
        if (clickHouse != null && !marts.isEmpty()) {
            return Map.of(
                    "problem",
                    "How the marts stand is not known: ClickHouse at "
                            + clickHouse.address()
                            + " does not answer ("
                            + clickHouse.problem()
                            + ").");
        }
        return marts.latest()
                .<Map<String, Object>>map(
                        all -> Map.of("models", all.stream().map(Board::described).toList()))
                .orElseGet(() -> Map.of("problem", "ClickHouse does not say how the marts stand."));
    }

    private static Map<String, Object> described(MartState state) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("name", state.name());
        described.put("state", state.state().name().toLowerCase(Locale.ROOT));
        described.put("built", state.built() == null ? null : state.built().toString());
        described.put("seconds", state.seconds());
        described.put("rows", state.rows());
        described.put("problem", state.problem());
        return described;
    }

    private static JsonNode action(Visit visit) throws IOException {
        visit.requirePost();
        return visit.json();
    }

    private static Answer done(String outcome) {
        return Answer.json(Map.of("done", outcome));
    }

    /** GET tells who is logged in, POST to in or out changes it. */
    private Answer session(Visit visit) throws IOException {
        switch (visit.path()) {
            case "" -> {}
            case "/in" -> visit.login();
            case "/out" -> {
                visit.requirePost();
                visit.logout();
            }
            default -> {
                return null;
            }
        }
        Map<String, Object> session = new LinkedHashMap<>();
        session.put("user", visit.path().equals("/out") ? null : visit.user().orElse(null));
        session.put("reads", visit.mayRead());
        return Answer.json(session);
    }

    /** {@code /NAME} is columns and rows, {@code /NAME.csv} a file of all of them. */
    private Answer query(Visit visit) {
        String file = visit.path().replaceFirst("^/", "");
        boolean csv = file.endsWith(CSV);
        String name = csv ? file.substring(0, file.length() - CSV.length()) : file;
        if (!NamedQueries.names().contains(name)) {
            throw new Problem(404, "There is no query " + name);
        }
        Map<String, String> values = values(name, visit);
        return csv ? file(name, values) : rows(name, values);
    }

    /** From the address: the query's own parameters, and the usual days where none are given. */
    private static Map<String, String> values(String name, Visit visit) {
        Map<String, String> given = new HashMap<>();
        NamedQueries.parameters(name)
                .forEach(
                        parameter ->
                                visit.parameter(parameter)
                                        .ifPresent(value -> given.put(parameter, value)));
        try {
            return NamedQueries.values(name, given);
        } catch (IllegalArgumentException e) {
            throw new Problem(400, e.getMessage());
        }
    }

    private Answer rows(String name, Map<String, String> values) {
        return new Answer(
                200,
                "application/json",
                Map.of(),
                out -> {
                    try {
                        queries.answer(name, values, "JSONCompact", out);
                    } catch (QueryFailed e) {
                        Answer.json(Map.of("problem", e.getMessage())).body().writeTo(out);
                    }
                });
    }

    private Answer file(String name, Map<String, String> values) {
        return new Answer(
                200,
                "text/csv; charset=utf-8",
                Map.of("Content-Disposition", "attachment; filename=\"" + name + CSV + "\""),
                out -> {
                    OutputStream to = safeCsv ? new SafeCsv(out) : out;
                    try {
                        queries.answer(name, values, "CSVWithNames", to);
                        to.flush();
                    } catch (QueryFailed e) {
                        throw new Problem(503, e.getMessage());
                    }
                });
    }

    @Override
    public void close() {
        looks.shutdownNow();
        servers.close();
        queries.close();
    }
}
