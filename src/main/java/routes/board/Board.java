package routes.board;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.board.Servers.Server;
import routes.deadletter.WaitingLetters;
import routes.marts.MartState;
import routes.marts.MartStates;
import routes.settings.Settings;
import routes.web.Answer;
import routes.web.Problem;
import routes.web.Visit;
import routes.web.WebServer;
import routes.web.WebServer.Access;

/**
 * What the board's page shows, as JSON below {@code /api}, and its actions.
 *
 * <p>A server that is unreachable, or a table that is not built yet, is an answer too: an object
 * with {@code problem}, a sentence for the page to show.
 */
public final class Board implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Board.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** From the first quotation mark to the last: what is quoted may have some itself. */
    private static final Pattern QUOTED = Pattern.compile("['\"].*['\"]", Pattern.DOTALL);

    private final Flow flow;
    private final Servers servers;
    private final ScheduledExecutorService looks =
            Executors.newScheduledThreadPool(
                    2,
                    work -> {
                        Thread thread = new Thread(work, "board");
                        thread.setDaemon(true);
                        return thread;
                    });
    private final Actions actions = new Actions();
    private final WaitingLetters waiting;
    private final Pauses pauses;
    private final LetterBox letters;
    private final RejectedLines lines;
    private final Counts counts;
    private final JobRuns jobs;
    private final MartStates marts;
    private final Queries queries;
    private final String currency;

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
        BoardSettings board = BoardSettings.read(settings);
        pauses =
                Pausing.of(
                        settings, board, shown, context, meters, failures, servers.has("postgres"));
        flow =
                new Flow(
                        settings,
                        board.limits(),
                        shown,
                        context,
                        meters,
                        failures,
                        servers,
                        pauses);
        this.servers = servers;
        context.getRegistry()
                .bind("board-history", new History(new PipelineRows(flow, meters)::measured));
        context.getRegistry().bind("board-actions", actions);
        waiting = new WaitingLetters(settings, shown.deadLetterTopics(), meters);
        letters = new LetterBox(settings, shown.deadLetterTopics(), servers, waiting::look);
        this.jobs = new JobRuns(settings, shown, servers, context.createProducerTemplate());
        lines = new RejectedLines(context.createProducerTemplate(), jobs);
        counts =
                new Counts(
                        settings,
                        shown,
                        waiting,
                        meters,
                        servers,
                        context.createProducerTemplate());
        this.marts = marts;
        queries = new Queries(settings, board);
        looks.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
        looks.scheduleWithFixedDelay(waiting::look, 1, 5, TimeUnit.SECONDS);
        currency = board.currency();
    }

    /** Adds its addresses; the page itself is a file. */
    public void addTo(WebServer server) {
        server.add("/api/session", Access.ALL, this::session);
        server.add("/api/flow", Access.READERS, visit -> Answer.json(flow.described()));
        server.add("/api/jobs", Access.READERS, visit -> Answer.json(jobs.described(visit)));
        server.add("/api/marts", Access.READERS, visit -> Answer.json(marts()));
        server.add(
                "/api/dead-letters", Access.READERS, visit -> letters(visit, letters.described()));
        server.add("/api/counts", Access.READERS, visit -> Answer.json(counts.described()));
        server.add("/api/query", Access.READERS, queries::answer);
        act(server, "/api/jobs/run", "run a day", Board::day, jobs::run);
        act(server, "/api/jobs/cancel", "cancel a day", Board::day, jobs::cancel);
        act(
                server,
                "/api/pipelines/pause",
                "pause",
                Board::pipeline,
                (user, request) -> pauses.pause(user, pipeline(request)));
        act(
                server,
                "/api/pipelines/resume",
                "resume",
                Board::pipeline,
                request -> pauses.resume(pipeline(request)));
        act(
                server,
                "/api/dead-letters/replay",
                "replay dead letters",
                request -> text(request, "topic"),
                request -> letters.replay(text(request, "topic")));
        server.add("/api/dead-letters/letter", Access.READERS, this::letter);
        server.add("/api/dead-letters/older", Access.READERS, this::older);
        act(
                server,
                "/api/dead-letters/replay-one",
                "replay a dead letter",
                Board::letterName,
                letters::replayOne);
        act(
                server,
                "/api/dead-letters/replay-edited",
                "edit and replay a dead letter",
                Board::letterName,
                letters::replayEdited);
        act(
                server,
                "/api/rejected-lines/load",
                "edit and load a line",
                RejectedLines::name,
                lines::load);
    }

    /** Dead letters; their values may hold people's names. */
    private Answer letters(Visit visit, Map<String, Object> letters) {
        if (queries.showsNamesTo(visit)) {
            return Answer.json(letters);
        }
        JsonNode told = JSON.valueToTree(letters);
        told.findParents("value").forEach(Board::hideValue);
        return Answer.json(told);
    }

    /** Takes the value out, and what the reason quotes of it. */
    private static void hideValue(JsonNode letter) {
        ((ObjectNode) letter).remove("value");
        if (letter.path("reason").isTextual()) {
            String reason = QUOTED.matcher(letter.path("reason").asText()).replaceAll("'…'");
            ((ObjectNode) letter).put("reason", reason);
        }
    }

    private Answer letter(Visit visit) {
        if (!queries.showsNamesTo(visit)) {
            throw new Problem(
                    403,
                    "The value of a dead letter may hold people's names: log in, or set"
                            + " caravan.board.names=open");
        }
        return Answer.json(
                letters.letter(
                        visit.parameter("topic").orElse(""), visit.parameter("record").orElse("")));
    }

    private Answer older(Visit visit) {
        return letters(
                visit,
                letters.older(
                        visit.parameter("topic").orElse(""), visit.parameter("part").orElse("")));
    }

    private static String letterName(JsonNode request) {
        return text(request, "topic") + " " + text(request, "record");
    }

    /** Whether a route belongs to a pipeline that somebody has paused. */
    public boolean isPaused(String route) {
        return pauses.isPaused(route);
    }

    /** Waits until it is known which pipelines are paused; some seconds at most. */
    public void awaitPauses() throws InterruptedException {
        pauses.awaitKnown();
    }

    /** Adds an action: it takes the login, and is noted. */
    private void act(
            WebServer server,
            String address,
            String action,
            Function<JsonNode, String> what,
            Function<JsonNode, String> work) {
        act(server, address, action, what, (user, request) -> work.apply(request));
    }

    /**
     * Adds an action that notes who asked for it.
     *
     * @param work gets who asks for it, and the request; says what was done
     */
    private void act(
            WebServer server,
            String address,
            String action,
            Function<JsonNode, String> what,
            BiFunction<String, JsonNode, String> work) {
        server.add(
                address,
                Access.USERS,
                visit -> {
                    visit.requirePost();
                    String user = visit.user().orElseThrow();
                    return Answer.json(
                            Map.of(
                                    "done",
                                    actions.take(
                                            user,
                                            action,
                                            visit.json(),
                                            what,
                                            request -> work.apply(user, request))));
                });
    }

    private static String text(JsonNode request, String name) {
        return request.path(name).asText();
    }

    private static String pipeline(JsonNode request) {
        return text(request, "pipeline");
    }

    private static String day(JsonNode request) {
        return text(request, "job") + " of " + text(request, "day");
    }

    private void look() {
        try {
            flow.look();
        } catch (RuntimeException e) {
            // A route that goes while it is looked at; the next look is in a second.
            LOG.debug("the state of the pipelines could not be read", e);
        }
    }

    private Map<String, Object> marts() {
        Server clickHouse = servers.silent().get("clickhouse");
        if (clickHouse != null && !marts.isEmpty()) {
            return Map.of(
                    "problem",
                    "The state of the marts is unknown: ClickHouse at "
                            + clickHouse.address()
                            + " "
                            + clickHouse.fault()
                            + " ("
                            + clickHouse.problem()
                            + ").");
        }
        return marts.latest()
                .<Map<String, Object>>map(
                        all -> Map.of("models", all.stream().map(Board::described).toList()))
                .orElseGet(
                        () ->
                                Map.of(
                                        "problem",
                                        "ClickHouse did not return the state of the marts."));
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

    /**
     * GET tells who is logged in, and the currency of amounts; POST to in or out changes the login.
     */
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
        session.put("names", queries.namesAreOpen() || session.get("user") != null);
        session.put("currency", currency);
        return Answer.json(session);
    }

    @Override
    public void close() {
        looks.shutdownNow();
        waiting.close();
        pauses.close();
        servers.close();
        queries.close();
    }
}
