package routes.daily;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Body;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.clickhouse.ClickHouseEndpoint;
import routes.jobs.JobDay;
import routes.jobs.JobDays;
import routes.jobs.NotYet;
import routes.settings.Settings;
import routes.storage.Bucket;
import routes.storage.StorageRoutes;
import routes.storage.StoredObject;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** The load's way from the bucket to ClickHouse, with the bucket a map and ClickHouse recorded. */
class DailyLoadRouteTest extends CamelTestSupport {
    private static final String KEY = "events/2026-03-29.jsonl";
    private static final JobDay DAY = JobDays.unlocked("load", LocalDate.of(2026, 3, 29));

    private final List<String> steps = new ArrayList<>();
    private final Map<String, String> bucket = new TreeMap<>();
    private Runnable betweenLooks = () -> {};
    private Runnable whileRead = () -> {};
    private boolean changed = true;
    private String failing = "";

    @BindToRegistry("load")
    private final Steps recorded = new Steps();

    /** Stands for {@link DailyLoad}; Camel calls it by name. */
    public final class Steps {
        public Map<String, Object> day(@Variable("day") JobDay day) {
            return Map.of("day", day.day().toString());
        }

        public DayFile find(
                @Variable("day") JobDay day,
                @Body StoredObject object,
                @Header("last") String last,
                @Header("edits") String edits) {
            step("find " + object.key() + " after " + last + " with " + edits);
            return new DayFile(day, object, changed, false, new Edits(List.of()));
        }

        public Iterator<String> lines(@Variable("file") DayFile file, @Body InputStream bytes)
                throws IOException {
            whileRead.run();
            step("read");
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8).lines().iterator();
        }
    }

    private void step(String name) {
        steps.add(name);
        if (name.split(" ")[0].equals(failing)) {
            throw new IllegalStateException(failing + " refused");
        }
    }

    @Override
    public boolean isUseAdviceWith() {
        return true;
    }

    /** A text is its own etag. */
    private static StoredObject object(String key, String text) {
        return new StoredObject(key, text.length(), text, null);
    }

    private void head(Exchange exchange) {
        String key = exchange.getMessage().getBody(String.class);
        step("head " + key);
        String text = bucket.get(key);
        exchange.getMessage().setBody(text == null ? null : object(key, text));
    }

    private void get(Exchange exchange) {
        String key = exchange.getMessage().getHeader(StorageRoutes.KEY, String.class);
        step("get " + key);
        String text = bucket.get(key);
        assertThat(exchange.getMessage().getHeader("CamelAwsS3IfMatchCondition")).isEqualTo(text);
        exchange.getMessage()
                .setBody(
                        new ResponseInputStream<>(
                                GetObjectResponse.builder()
                                        .contentLength((long) text.length())
                                        .eTag(text)
                                        .build(),
                                AbortableInputStream.create(
                                        new ByteArrayInputStream(
                                                text.getBytes(StandardCharsets.UTF_8)))));
    }

    @BeforeEach
    void startRoutes() throws Exception {
        Settings settings =
                Settings.load(
                        Map.of("CARAVAN_LOAD_SETTLED", "0s", "CARAVAN_S3_SECRET_KEY", "secret"));
        Bucket real = Bucket.of(settings);
        real.addTo(context);
        context.getRegistry().bind("load-watch", new DayWatch(real, LoadSettings.read(settings)));
        context.addRoutes(new DailyLoadRoute());
        context.addRoutes(swap());
        AdviceWith.adviceWith(
                context, "load-look", look -> look.weaveById("look").replace().process(this::head));
        AdviceWith.adviceWith(
                context,
                "load",
                load -> {
                    load.weaveById("get-file").replace().process(this::get);
                    load.weaveById("second-look").before().process(e -> betweenLooks.run());
                    load.weaveById("last-look").replace().process(this::head);
                    load.weaveById("last-load")
                            .replace()
                            .process(exchange -> ask("last-load", exchange, "last", "those of "));
                    load.weaveById("edits")
                            .replace()
                            .process(exchange -> ask("edits", exchange, "edits", "edits of "));
                    for (String step : List.of("create-table", "create-input", "create-parse")) {
                        load.weaveById(step).replace().process(exchange -> step(step));
                    }
                    load.weaveById("insert-lines")
                            .replace()
                            .process(exchange -> step("insert " + exchange.getMessage().getBody()));
                });
        context.start();
    }

    /** ClickHouse refuses, or answers with the day that it is asked for. */
    private void ask(String step, Exchange exchange, String header, String answer) {
        if (failing.equals(step)) {
            step(step);
        }
        Map<?, ?> day = exchange.getMessage().getHeader(ClickHouseEndpoint.PARAMETERS, Map.class);
        exchange.getMessage().setHeader(header, answer + day.get("day"));
    }

    /** Stands for {@link DaySwapRoute}. */
    private RouteBuilder swap() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:load-drop")
                        .process(exchange -> step("dropLeftTables"))
                        .setBody(constant("dropped"));
                from("direct:load-check").process(exchange -> swapStep("check", exchange));
                from("direct:load-swap").process(exchange -> swapStep("swap", exchange));
            }
        };
    }

    private void swapStep(String name, Exchange exchange) {
        assertThat(exchange.getMessage().getBody()).isInstanceOf(DayFile.class);
        step(name);
    }

    private void load() throws Exception {
        steps.clear();
        try {
            template.requestBody("direct:load", DAY);
        } catch (CamelExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    private static List<String> looks(String... more) {
        List<String> steps = new ArrayList<>(List.of("dropLeftTables"));
        for (int look = 1; look <= 2; look++) {
            steps.addAll(List.of("head " + KEY, "head " + KEY + ".gz"));
        }
        steps.addAll(List.of(more));
        return steps;
    }

    private static String find(String key) {
        return "find " + key + " after those of 2026-03-29 with edits of 2026-03-29";
    }

    @Test
    void changedFile_isReadStagedCheckedAndSwappedIn() throws Exception {
        bucket.put(KEY, "lines\nmore");
        load();
        assertThat(steps)
                .isEqualTo(
                        looks(
                                find(KEY),
                                "create-table",
                                "create-input",
                                "create-parse",
                                "get " + KEY,
                                "read",
                                "insert lines",
                                "insert more",
                                "head " + KEY,
                                "check",
                                "swap"));
    }

    @Test
    void unchangedFile_isLeftAlone() throws Exception {
        bucket.put(KEY + ".gz", "lines");
        changed = false;
        load();
        assertThat(steps).isEqualTo(looks(find(KEY + ".gz")));
    }

    @Test
    void noFileYet_theDayStaysDue() {
        assertThatThrownBy(this::load)
                .isInstanceOf(NotYet.class)
                .hasMessage("neither s3://caravan/" + KEY + " nor " + KEY + ".gz has come");
        assertThat(steps).hasSize(3);
    }

    @Test
    void fileThatChangesBetweenTwoLooks_isNotWholeYet() {
        for (Runnable change :
                List.<Runnable>of(
                        () -> bucket.put(KEY, "others"),
                        () -> bucket.put(KEY + ".gz", bucket.remove(KEY)))) {
            bucket.put(KEY, "lines");
            betweenLooks = change;
            assertThatThrownBy(this::load)
                    .isInstanceOf(NotYet.class)
                    .hasMessage("s3://caravan/" + KEY + " still changes");
            assertThat(steps).doesNotContain(find(KEY), "create-table");
        }
    }

    @Test
    void twoFilesOfADay_areNotChosenFrom() {
        bucket.put(KEY, "lines");
        bucket.put(KEY + ".gz", "lines");
        assertThatThrownBy(this::load).hasMessageStartingWith("There are both");
        assertThat(steps).hasSize(3);
    }

    @Test
    void fileReplacedOrRemovedWhileItIsRead_isNotSwappedIn() {
        for (Runnable change :
                List.<Runnable>of(() -> bucket.put(KEY, "others"), () -> bucket.remove(KEY))) {
            bucket.put(KEY, "lines");
            whileRead = change;
            assertThatThrownBy(this::load).hasMessageContaining("was replaced while it was read");
            assertThat(steps).contains("insert lines").doesNotContain("check", "swap");
        }
    }

    @Test
    void storageOrClickHouseRefuses_theDayIsNotSwapped() {
        bucket.put(KEY, "lines");
        for (String step :
                List.of(
                        "dropLeftTables",
                        "head",
                        "last-load",
                        "edits",
                        "find",
                        "create-table",
                        "create-input",
                        "create-parse",
                        "get",
                        "read",
                        "insert",
                        "check")) {
            failing = step;
            assertThatThrownBy(this::load).hasMessageContaining(step + " refused");
            assertThat(steps.get(steps.size() - 1)).startsWith(step);
        }
    }

    @Test
    void withMarkers_theFilesOwnIsWaitedFor() throws Exception {
        Settings marked =
                Settings.load(
                        Map.of("CARAVAN_LOAD_MARKER", ".done", "CARAVAN_S3_SECRET_KEY", "secret"));
        DayWatch watch = new DayWatch(Bucket.of(marked), LoadSettings.read(marked));
        StoredObject file = object(KEY, "lines");
        StoredObject another = object(KEY + ".gz.done", "");
        assertThatThrownBy(() -> watch.file(List.of(file, another), DAY))
                .isInstanceOf(NotYet.class)
                .hasMessageContaining(KEY + ".done, which says");
        assertThat(watch.file(List.of(file, object(KEY + ".done", "")), DAY)).isEqualTo(file);
        assertThat(watch.settled()).isZero();
    }
}
