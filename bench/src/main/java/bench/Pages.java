package bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * The data of the board's pages that look at the marts and at raw, asked for as a browser does: all
 * addresses of a page together, until the last answer is there.
 */
final class Pages {
    private static final List<String> NAMES =
            List.of("activity", "learning", "money", "retention", "experiments", "flow");

    private static final Pattern PANEL =
            Pattern.compile("queryPanel\\(\\s*\"[^\"]*\",\\s*\"(\\w+)\",\\s*(days|\\{})");
    private static final Pattern ADDRESS = Pattern.compile("\\bget\\(\"(/api/[a-z-]+)\"\\)");

    private static final int DAYS = 365;
    private static final int USUAL_DAYS = 30;
    private static final int CLIENTS = 4;
    private static final int LOADS = 60;
    private static final int WARM_LOADS = 20;

    /** What a page asks for. */
    private record Panel(String address, boolean days) {
        String name() {
            return address.substring("/api/".length());
        }
    }

    private record Range(String name, LocalDate from, LocalDate to) {}

    private record Load(String page, Range range) {}

    private record Answered(Panel panel, HttpResponse<byte[]> response, long nanos) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Lab lab;
    private final Report report;
    private final int events;
    private final Map<String, List<Panel>> panels = new TreeMap<>();
    private final Map<String, List<Double>> pageMs = new ConcurrentHashMap<>();
    private final Map<String, List<Double>> queryMs = new ConcurrentHashMap<>();

    Pages(Lab lab, Report report, int events) throws IOException {
        this.lab = lab;
        this.report = report;
        this.events = events;
        for (String page : NAMES) {
            panels.put(page, panels(page));
        }
    }

    /**
     * From the page's own text, so that what is measured is what it asks for; panels that ask for
     * the same share an answer.
     */
    private static List<Panel> panels(String page) throws IOException {
        String text = Files.readString(Path.of("src/main/board/pages/" + page + ".js"));
        List<Panel> found = new ArrayList<>();
        for (Matcher panel = PANEL.matcher(text); panel.find(); ) {
            found.add(new Panel("/api/query/" + panel.group(1), panel.group(2).equals("days")));
        }
        long drawn = Pattern.compile("queryPanel\\(").matcher(text).results().count();
        if (found.isEmpty() || found.size() != drawn) {
            throw new IllegalStateException(
                    page + ".js draws " + drawn + " panels, " + found.size() + " were understood");
        }
        // What a panel itself asks for, to say how old its mart is.
        found.add(new Panel("/api/marts", false));
        for (Matcher address = ADDRESS.matcher(text); address.find(); ) {
            found.add(new Panel(address.group(1), false));
        }
        return found.stream().distinct().toList();
    }

    void run() throws Exception {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        RawEvents.fill(lab, events, today.minusDays(DAYS - 1L), DAYS);
        lab.command("marts", "refresh");
        List<Range> ranges =
                List.of(
                        new Range(USUAL_DAYS + " days", today.minusDays(USUAL_DAYS - 1L), today),
                        new Range(DAYS + " days", today.minusDays(DAYS - 1L), today));
        Map<String, String> environment = lab.environment();
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        // The marts' states are looked at where days are loaded.
        environment.put("CARAVAN_JOBS", "load");
        Process runtime = lab.runtime(environment);
        awaitMarts(runtime);
        List<Load> each =
                NAMES.stream()
                        .flatMap(page -> ranges.stream().map(range -> new Load(page, range)))
                        .toList();
        report.add("pages", "first load after the start, slowest page", first(each), "ms", "");
        loadAll(each, WARM_LOADS);
        pageMs.clear();
        queryMs.clear();
        loadAll(each, LOADS);
        Lab.stop(runtime);

        for (Load load : each) {
            List<Double> ms = pageMs.get(key(load));
            report.add("pages", key(load) + ", p50", percentile(ms, 50), "ms", "");
            report.add("pages", key(load) + ", p95", percentile(ms, 95), "ms", "< 300");
        }
        new TreeMap<>(queryMs)
                .forEach(
                        (name, ms) ->
                                report.add("pages", name + ", p95", percentile(ms, 95), "ms", ""));
        List<Double> all = pageMs.values().stream().flatMap(List::stream).toList();
        report.add("pages", "all pages, p50", percentile(all, 50), "ms", "");
        report.add("pages", "all pages, p95", percentile(all, 95), "ms", "< 300");
    }

    /** Until the runtime has looked at the marts for the first time. */
    private void awaitMarts(Process runtime) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(lab.pages() + "/api/marts")).build();
        HttpClient browser = browser();
        while (!JSON.readTree(browser.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .has("models")) {
            if (!runtime.isAlive()) {
                throw new IllegalStateException("The runtime ended with " + runtime.exitValue());
            }
            Thread.sleep(100);
        }
    }

    /** The slowest page in ms, each for the first time and by itself. */
    private double first(List<Load> each) throws Exception {
        double slowest = 0;
        for (Load load : each) {
            slowest = Math.max(slowest, load(browser(), load));
        }
        return slowest;
    }

    /** Several people who each load one page after the other, in any order, without a pause. */
    private void loadAll(List<Load> each, int times) throws Exception {
        List<Load> loads = new ArrayList<>();
        for (int time = 0; time < times; time++) {
            loads.addAll(each);
        }
        Collections.shuffle(loads, new Random(7));
        ConcurrentLinkedQueue<Load> waiting = new ConcurrentLinkedQueue<>(loads);
        ExecutorService people = Executors.newFixedThreadPool(CLIENTS);
        try {
            Callable<Void> person =
                    () -> {
                        HttpClient browser = browser();
                        for (Load load = waiting.poll(); load != null; load = waiting.poll()) {
                            load(browser, load);
                        }
                        return null;
                    };
            for (Future<Void> done : people.invokeAll(Collections.nCopies(CLIENTS, person))) {
                done.get();
            }
        } finally {
            people.shutdownNow();
        }
    }

    private static HttpClient browser() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    /** Milliseconds until the last panel has its data. */
    private double load(HttpClient browser, Load load) throws IOException {
        long start = System.nanoTime();
        List<CompletableFuture<Answered>> asked =
                panels.get(load.page()).stream()
                        .map(panel -> ask(browser, panel, load.range(), start))
                        .toList();
        List<Answered> answers = asked.stream().map(CompletableFuture::join).toList();
        for (Answered answer : answers) {
            require(answer);
            note(queryMs, answer.panel().name(), answer.nanos());
        }
        long nanos = answers.stream().mapToLong(Answered::nanos).max().getAsLong();
        note(pageMs, key(load), nanos);
        return nanos / 1e6;
    }

    private CompletableFuture<Answered> ask(
            HttpClient browser, Panel panel, Range range, long start) {
        String days = panel.days() ? "?from=%s&to=%s".formatted(range.from(), range.to()) : "";
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(lab.pages() + panel.address() + days))
                        .header("Accept-Encoding", "gzip")
                        .build();
        return browser.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(response -> new Answered(panel, response, System.nanoTime() - start));
    }

    /** A page that shows a problem, or nothing, was not loaded. */
    private static void require(Answered answer) throws IOException {
        HttpResponse<byte[]> response = answer.response();
        byte[] body = response.body();
        if (response.headers().firstValue("Content-Encoding").isPresent()) {
            body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
        }
        JsonNode json = JSON.readTree(body);
        boolean empty =
                answer.panel().address().startsWith("/api/query/") && json.path("data").isEmpty();
        if (response.statusCode() != 200 || json.has("problem") || empty) {
            throw new IllegalStateException(
                    response.uri() + " answered " + response.statusCode() + ": " + json);
        }
    }

    private static String key(Load load) {
        return load.page() + ", " + load.range().name();
    }

    private static void note(Map<String, List<Double>> times, String name, long nanos) {
        times.computeIfAbsent(name, key -> Collections.synchronizedList(new ArrayList<>()))
                .add(nanos / 1e6);
    }

    private static double percentile(List<Double> values, int percent) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }
}
