package routes.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.CookieManager;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import routes.pipeline.Reason;
import routes.settings.Settings;
import routes.web.WebSettings;

/** The board's page Flow, as tables. */
@Command(
        name = "status",
        description =
                "Servers, pipelines, due days and failed marts of the runtime at"
                        + " caravan.http.port.",
        exitCodeListHeading = "%nExit code:%n",
        exitCodeList = {
            "0:each server answers, each pipeline makes progress, has nothing to do, or is paused,"
                    + " no part needs anything, and no mart has failed",
            "1:something of this does not hold",
            "2:wrong usage or a wrong setting",
            "3:no runtime answers, or it refuses the login"
        },
        exitCodeOnExecutionException = StatusCommand.NO_ANSWER,
        footer = "%nExample: ./caravan status || echo look at http://localhost:8080",
        mixinStandardHelpOptions = true)
public final class StatusCommand extends TerminalCommand implements Callable<Integer> {
    static final int NO_ANSWER = 3;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder()
                    .cookieHandler(new CookieManager())
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private WebSettings pages;

    @Override
    public Integer call() throws Exception {
        pages = WebSettings.read(Settings.load(System.getenv()));
        JsonNode flow = ask("/api/flow");
        JsonNode jobs = ask("/api/jobs");
        JsonNode marts = ask("/api/marts");
        PrintWriter out = out();
        boolean good = servers(flow.path("servers")).print(out, "No server is needed.");
        good &= pipelines(flow.path("steps")).print(out, "No pipeline runs.");
        good &= parts(flow.path("waiting")).print(out, "");
        due(jobs).print(out, "");
        good &= failedMarts(marts.path("models")).print(out, "");
        out.flush();
        return good ? 0 : 1;
    }

    /** A table, and whether all in it is well. */
    private record Told(TextTable table, int rows, boolean good) {
        private boolean print(PrintWriter out, String none) {
            if (rows > 0) {
                table.print(out);
                out.println();
            } else if (!none.isEmpty()) {
                out.println(none);
            }
            return good;
        }
    }

    private static Told servers(JsonNode servers) {
        TextTable table = new TextTable("server", "address", "answers", "ms", "problem");
        boolean good = true;
        for (JsonNode server : servers) {
            boolean answers = server.path("answers").asBoolean();
            good &= answers;
            table.add(
                    server.path("name").asText(),
                    server.path("address").asText(),
                    answers
                            ? "yes"
                            : (server.path("refuses").asBoolean() ? "refuses Caravan" : "not")
                                    + " for "
                                    + ago(server.path("since").asText()),
                    text(server, "latencyMs"),
                    text(server, "problem"));
        }
        return new Told(table, servers.size(), good);
    }

    private static Told pipelines(JsonNode steps) {
        TextTable table =
                new TextTable(
                        "pipeline", "state", "waiting", "oldest", "moved", "dead letters", "why");
        boolean good = true;
        for (JsonNode step : steps) {
            String level = step.path("level").asText();
            good &= level.equals("good") || level.equals("neutral");
            table.add(
                    step.path("route").asText(),
                    step.path("state").asText(),
                    step.has("lag")
                            ? step.path("lag").asLong() + " " + step.path("lagUnit").asText()
                            : "",
                    step.path("lag").asDouble() > 0 && step.path("lagSeconds").asLong() > 0
                            ? shown(Duration.ofSeconds(step.path("lagSeconds").asLong()))
                            : "",
                    step.has("rows") ? step.path("rows").asLong() : "",
                    step.has("deadLetters") ? step.path("deadLetters").asLong() : "",
                    text(step, "why"));
        }
        return new Told(table, steps.size(), good);
    }

    /** What has not started, or does not go on, also where it is no pipeline. */
    private static Told parts(JsonNode waiting) {
        TextTable table = new TextTable("part", "needs", "since", "reason");
        for (JsonNode part : waiting) {
            table.add(
                    part.path("part").asText(),
                    part.path("needs").asText(),
                    ago(part.path("since").asText()),
                    part.path("reason").asText());
        }
        return new Told(table, waiting.size(), waiting.isEmpty());
    }

    private static Told failedMarts(JsonNode models) {
        TextTable table = new TextTable("failed mart", "built", "problem");
        int failed = 0;
        for (JsonNode model : models) {
            if (model.path("state").asText().equals("failed")) {
                failed++;
                table.add(
                        model.path("name").asText(),
                        model.hasNonNull("built") ? ago(model.path("built").asText()) : "never",
                        text(model, "problem"));
            }
        }
        return new Told(table, failed, failed == 0);
    }

    private static Told due(JsonNode jobs) {
        TextTable table = new TextTable("job", "due day", "due for", "tries", "last problem");
        for (JsonNode day : jobs.path("due")) {
            table.add(
                    day.path("job").asText(),
                    day.path("day").asText(),
                    ago(day.path("due_since").asText()),
                    day.path("attempts").asInt(),
                    text(day, "problem"));
        }
        return new Told(table, jobs.path("due").size(), true);
    }

    private static String text(JsonNode of, String name) {
        return of.hasNonNull(name) ? of.path(name).asText() : "";
    }

    private static String ago(String time) {
        return shown(Duration.between(Instant.parse(time), Instant.now()));
    }

    private static String shown(Duration time) {
        return time.toMinutes() < 2
                ? time.toSeconds() + " s"
                : time.toHours() < 2 ? time.toMinutes() + " min" : time.toHours() + " h";
    }

    private JsonNode ask(String page) throws InterruptedException {
        HttpResponse<String> answer = send(page, null);
        if (answer.statusCode() == HttpURLConnection.HTTP_FORBIDDEN) {
            if (pages.randomPassword()) {
                throw new CommandFailed("The board takes a login: set CARAVAN_CONSOLE_PASSWORD");
            }
            Map<String, String> login =
                    Map.of("username", pages.user(), "password", pages.password());
            if (send("/api/session/in", login).statusCode() != HttpURLConnection.HTTP_OK) {
                throw new CommandFailed(
                        "The runtime refuses the login: CARAVAN_CONSOLE_PASSWORD must be the one"
                                + " that it was started with");
            }
            answer = send(page, null);
        }
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new CommandFailed("What answers at " + address() + " is not Caravan");
        }
    }

    private HttpResponse<String> send(String page, Object body) throws InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address() + page))
                        .header("Origin", address())
                        .timeout(Duration.ofSeconds(20));
        try {
            if (body != null) {
                request.POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
            }
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new CommandFailed(
                    "No runtime answers at "
                            + address()
                            + ": start it (./caravan run), or set CARAVAN_HTTP_PORT ("
                            + Reason.of(e)
                            + ")");
        }
    }

    private String address() {
        String host = pages.host().equals("0.0.0.0") ? "localhost" : pages.host();
        return "http://" + host + ":" + pages.port();
    }
}
