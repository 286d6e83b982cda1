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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import routes.pipeline.Reason;
import routes.settings.Settings;
import routes.web.WebSettings;

/** The board's page Flow, as tables. */
@Command(
        name = "status",
        description = "Servers, pipelines and due days of the runtime at caravan.http.port.",
        exitCodeListHeading = "%nExit code:%n",
        exitCodeList = {
            "0:each server answers, each pipeline makes progress or has nothing to do",
            "1:one does not",
            "2:wrong usage or a wrong setting",
            "3:no runtime answers, or it refuses the login"
        },
        exitCodeOnExecutionException = StatusCommand.NO_ANSWER,
        footer = "%nExample: ./caravan status || echo look at http://localhost:8080",
        mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {
    static final int NO_ANSWER = 3;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec private CommandSpec spec;

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
        PrintWriter out = spec.commandLine().getOut();
        boolean good = servers(flow.path("servers")).print(out, "No server is needed.");
        good &= pipelines(flow.path("steps")).print(out, "No pipeline runs.");
        due(jobs).print(out, "");
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
                    answers ? "yes" : "not for " + ago(server.path("since").asText()),
                    text(server, "latencyMs"),
                    text(server, "problem"));
        }
        return new Told(table, servers.size(), good);
    }

    private static Told pipelines(JsonNode steps) {
        TextTable table =
                new TextTable("pipeline", "state", "waiting", "moved", "dead letters", "why");
        boolean good = true;
        for (JsonNode step : steps) {
            good &= step.path("level").asText().equals("good");
            table.add(
                    step.path("route").asText(),
                    step.path("state").asText(),
                    step.has("lag")
                            ? step.path("lag").asLong() + " " + step.path("lagUnit").asText()
                            : "",
                    step.has("rows") ? step.path("rows").asLong() : "",
                    step.has("deadLetters") ? step.path("deadLetters").asLong() : "",
                    text(step, "why"));
        }
        return new Told(table, steps.size(), good);
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
        Duration ago = Duration.between(Instant.parse(time), Instant.now());
        return ago.toMinutes() < 2
                ? ago.toSeconds() + " s"
                : ago.toHours() < 2 ? ago.toMinutes() + " min" : ago.toHours() + " h";
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
