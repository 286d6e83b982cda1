package routes.daily;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import harness.Objects;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.jobs.JobDay;
import routes.jobs.JobDays;
import routes.jobs.NotYet;
import routes.settings.Settings;
import routes.storage.Bucket;
import sandbox.Sandbox;

/** Files of all kinds, on the embedded S3, ClickHouse and Postgres. */
class DailyLoadIT {
    private static Sandbox sandbox;
    private static Bucket bucket;
    private static Objects objects;
    private static ClickHouse clickHouse;
    private static DriverManagerDataSource postgres;
    private static Settings settings;
    private static int nextDay;

    private final LocalDate day = LocalDate.of(2026, 1, 1).plusDays(nextDay++);
    private final String key = "events/" + day + ".jsonl";

    @BeforeAll
    static void start() throws Exception {
        sandbox =
                Sandbox.start(
                        Path.of("").toAbsolutePath(), List.of("postgres", "clickhouse", "s3"));
        settings =
                Settings.load(
                        Map.of(
                                "CARAVAN_CLICKHOUSE_URL",
                                "http://localhost:" + sandbox.port("clickhouse"),
                                "CARAVAN_CLICKHOUSE_PASSWORD",
                                "caravan",
                                "CARAVAN_S3_URL",
                                "http://localhost:" + sandbox.port("s3"),
                                "CARAVAN_S3_SECRET_KEY",
                                "caravan",
                                "CARAVAN_LOAD_SETTLED",
                                "0s",
                                "CARAVAN_LOAD_LINE_BYTES",
                                "1MB"));
        bucket = Bucket.of(settings);
        objects = new Objects(settings);
        clickHouse = ClickHouseServer.writer(settings);
        postgres =
                new DriverManagerDataSource(
                        "jdbc:postgresql://localhost:" + sandbox.port("postgres") + "/caravan",
                        "caravan",
                        "caravan");
        load().prepare();
    }

    @AfterAll
    static void stop() throws Exception {
        objects.close();
        bucket.close();
        clickHouse.close();
        sandbox.close();
    }

    private static DailyLoad load() {
        return new DailyLoad(
                bucket, clickHouse, LoadSettings.read(settings), (lines, bytes, size) -> {});
    }

    private String load(boolean force) throws Exception {
        return run(load(), force);
    }

    private String run(DailyLoad load, boolean force) throws Exception {
        try (JobDay taken = JobDays.of("load", day, postgres)) {
            return run(load, taken, force);
        }
    }

    private static String run(DailyLoad load, JobDay taken, boolean force) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            load.addTo(context);
            context.start();
            context.createProducerTemplate()
                    .requestBodyAndHeader("direct:load", taken, "force", force);
            return taken.outcome();
        } catch (CamelExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    private void put(String text) throws IOException {
        put(key, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void put(String name, byte[] bytes) throws IOException {
        objects.put(name, out -> out.write(bytes));
    }

    private String event(int id, String type, String more) {
        return "{\"event_id\":\"e%d\",\"user_id\":%d,\"event_type\":\"%s\",\"event_timestamp\":\"%sT10:00:%02dZ\",\"session_id\":\"%s/%d\"%s}"
                .formatted(id, id % 3, type, day, id % 60, day, id % 2, more);
    }

    /** An answer's rows, each as its values separated by blanks. */
    private List<String> rows(String sql) {
        return clickHouse.rows(sql, Map.of("day", day.toString())).stream()
                .map(row -> String.join(" ", row.values().stream().map(String::valueOf).toList()))
                .toList();
    }

    private long count(String table) {
        return Long.parseLong(
                rows("SELECT count() AS n FROM " + table + " WHERE day = {day:Date}").get(0));
    }

    @Test
    void fiveTables_areFilledFromOneFile() throws Exception {
        put(
                String.join(
                        "\n",
                        event(1, "login", ""),
                        event(2, "purchase", ",\"purchase_amount\":9.99"),
                        event(3, "purchase", ",\"purchase_amount\":\"12.5\",\"items\":[{\"a\":1}]"),
                        event(4, "task_completed", ",\"task_id\":\"t1\",\"task_result\":\"fail\""),
                        event(5, "ab_test_assigned", ",\"ab_test_id\":\"x\",\"ab_group\":\"B\""),
                        event(6, "never heard of", ",\"Ключ\":\"знач 😀\"")));
        assertThat(load(false)).startsWith("6 events, 0 rejected, 0 of other days");
        assertThat(count("raw.events")).isEqualTo(6);
        assertThat(
                        rows(
                                "SELECT user_id, toString(event_timestamp) AS t,"
                                    + " toString(purchase_amount) AS a, session_id FROM"
                                    + " raw.purchases WHERE day = {day:Date} ORDER BY event_id"))
                .containsExactly(
                        "2 %s 10:00:02.000 9.99 %s/0".formatted(day, day),
                        "0 %s 10:00:03.000 12.5 %s/1".formatted(day, day));
        assertThat(
                        rows(
                                "SELECT user_id, task_id, task_result FROM raw.task_results WHERE"
                                        + " day = {day:Date}"))
                .containsExactly("1 t1 fail");
        assertThat(
                        rows(
                                "SELECT user_id, ab_test_id, ab_group FROM raw.ab_test_assignments"
                                        + " WHERE day = {day:Date}"))
                .containsExactly("2 x B");
        assertThat(
                        rows(
                                "SELECT session_id, user_id, toSecond(session_start) AS b,"
                                    + " toSecond(session_end) AS e, event_count FROM raw.sessions"
                                    + " WHERE day = {day:Date} ORDER BY session_id"))
                .containsExactly(day + "/0 2 2 6 3", day + "/1 1 1 5 3");
        assertThat(
                        rows(
                                "SELECT JSONExtractString(data, 'Ключ') AS v FROM raw.events WHERE"
                                        + " day = {day:Date} AND event_id = 'e6'"))
                .containsExactly("знач 😀");
    }

    @Test
    void sessionThatCrossesMidnight_isOneSession() throws Exception {
        LocalDate next = LocalDate.of(2026, 1, 1).plusDays(nextDay++);
        put(at(day, "23:59:50", "first") + "\n" + at(day, "23:59:59", "first"));
        load(false);
        put(
                "events/" + next + ".jsonl",
                (at(next, "00:00:01", "second") + "\n").getBytes(StandardCharsets.UTF_8));
        try (JobDay taken = JobDays.of("load", next, postgres)) {
            run(load(), taken, false);
        }
        assertThat(
                        rows(
                                "SELECT toString(day), user_id, toString(session_start),"
                                        + " toString(session_end), event_count FROM raw.sessions"
                                        + " WHERE session_id = 'night of "
                                        + day
                                        + "'"))
                .containsExactly(
                        "%s first %s 23:59:50.000 %s 00:00:01.000 3".formatted(day, day, next));
    }

    private String at(LocalDate date, String time, String user) {
        return "{\"event_id\":\"%s%s\",\"user_id\":\"%s\",\"event_type\":\"login\",\"event_timestamp\":\"%sT%sZ\",\"session_id\":\"night of %s\"}"
                .formatted(date, time, user, date, time, day);
    }

    @Test
    void lineThatBeginsWithBlanks_isJson() throws Exception {
        put("  " + event(1, "login", "") + "\n\t" + event(2, "login", "") + " \n");
        assertThat(load(false)).startsWith("2 events, 0 rejected");
    }

    @Test
    void sameFile_isSkipped_correctedOne_replacesTheDay_andNoOther() throws Exception {
        put(event(1, "login", "") + "\n" + event(2, "login", ""));
        load(false);
        long others =
                Long.parseLong(
                        rows("SELECT count() AS n FROM raw.events WHERE day != {day:Date}").get(0));
        String left = "raw.load_" + "0".repeat(32);
        clickHouse.execute("CREATE TABLE " + left + " AS raw.lines");
        assertThat(load(false)).startsWith("unchanged");
        assertThat(rows("EXISTS TABLE " + left)).as("a killed load's table").containsExactly("0");
        assertThat(load(true)).startsWith("2 events");
        assertThat(count("raw.events")).isEqualTo(2);
        put(event(3, "login", ""));
        assertThat(load(false)).startsWith("1 event,");
        assertThat(rows("SELECT event_id FROM raw.events WHERE day = {day:Date}"))
                .containsExactly("e3");
        assertThat(rows("SELECT count() AS n FROM raw.events WHERE day != {day:Date}"))
                .containsExactly(Long.toString(others));
        assertThat(rows("SELECT outcome FROM raw.loads WHERE day = {day:Date}")).hasSize(3);
        assertThat(
                        rows(
                                "SELECT name FROM system.tables WHERE database = 'raw' AND name"
                                        + " LIKE 'load_%' AND name != 'loads'"))
                .as("tables of loads that are over")
                .isEmpty();
    }

    @Test
    void oddLines_eachHaveTheirOutcome() throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write("\uFEFF".getBytes(StandardCharsets.UTF_8));
        file.write((event(1, "login", "") + "\r\n\r\n   \n").getBytes(StandardCharsets.UTF_8));
        file.write(
                (event(2, "login", ",\"n\":{\"deep\":[1,{\"x\":null}]}") + "\n")
                        .getBytes(StandardCharsets.UTF_8));
        file.write((event(2, "login", "") + "\n").getBytes(StandardCharsets.UTF_8));
        file.write(
                (event(3, "login", "").replace("\"user_id\":0", "\"user_id\":\"0\"") + "\n")
                        .getBytes(StandardCharsets.UTF_8));
        file.write(
                (event(4, "login", "").replace(day.toString(), day.minusDays(1).toString()) + "\n")
                        .getBytes(StandardCharsets.UTF_8));
        file.write("{\"event_id\":\"x\",\"user_id\":\"".getBytes(StandardCharsets.UTF_8));
        file.write(new byte[] {(byte) 0xC3, (byte) 0x28});
        file.write("\"}\n[1,2]\nnull\n".getBytes(StandardCharsets.UTF_8));
        file.write(
                (event(5, "login", ",\"long\":\"" + "x".repeat(10 << 20) + "\"") + "\n")
                        .getBytes(StandardCharsets.UTF_8));
        for (String bad :
                List.of(
                        event(6, "purchase", ""),
                        event(7, "purchase", ",\"purchase_amount\":\"much\""),
                        event(8, "purchase", ",\"purchase_amount\":\"0.00001\""),
                        event(9, "task_completed", ",\"task_id\":\"t\",\"task_result\":\"maybe\""),
                        event(10, "ab_test_assigned", ",\"ab_test_id\":\"x\""),
                        event(11, "login", "").replace("\"event_id\":\"e11\"", "\"event_id\":null"),
                        event(12, "login", "")
                                .replaceFirst(
                                        "\"event_timestamp\":\"[^\"]*\"",
                                        "\"event_timestamp\":\"noon\""))) {
            file.write((bad + "\n").getBytes(StandardCharsets.UTF_8));
        }
        file.write("{\"event_id\":\"cut".getBytes(StandardCharsets.UTF_8));
        put(key, file.toByteArray());

        assertThatThrownBy(() -> load(false))
                .hasMessageContaining("has 12 bad lines of 17")
                .hasMessageContaining("the day stays as it was");
        assertThat(count("raw.events")).isZero();
        assertThat(count("raw.rejected_lines")).isEqualTo(12);
        assertThatThrownBy(() -> load(false)).hasMessageContaining("has not changed since");

        assertThat(load(true)).startsWith("5 events, 12 rejected, 1 of other days");
        assertThat(
                        rows(
                                "SELECT line_number, event_id, user_id FROM raw.events WHERE day ="
                                        + " {day:Date} ORDER BY line_number"))
                .containsExactly("1 e1 1", "4 e2 2", "5 e2 2", "6 e3 0", "7 e4 1");
        assertThat(
                        rows(
                                "SELECT line_number, reason FROM raw.rejected_lines WHERE day ="
                                        + " {day:Date} ORDER BY line_number"))
                .containsExactly(
                        "8 not UTF-8",
                        "9 not a JSON object",
                        "10 not a JSON object",
                        "11 longer than 1048576 bytes",
                        "12 purchase_amount is missing or no amount",
                        "13 purchase_amount is missing or no amount",
                        "14 purchase_amount has more than 4 decimals",
                        "15 task_result is neither success nor fail",
                        "16 no ab_group",
                        "17 no event_id",
                        "18 event_timestamp is no time",
                        "19 not JSON");
        assertThat(
                        rows(
                                "SELECT blank, lines, events FROM raw.loads WHERE day = {day:Date}"
                                        + " AND outcome = 'loaded'"))
                .containsExactly("2 17 5");
    }

    /** Keeps an edit as the board does. */
    private void edit(long line, String rejected, String text) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            load().addTo(context);
            context.start();
            context.createProducerTemplate()
                    .requestBody("direct:load-edit", new LineEdit(day, line, rejected, text));
        } catch (CamelExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    private List<String> ids() {
        return rows("SELECT event_id FROM raw.events WHERE day = {day:Date} ORDER BY event_id");
    }

    private List<String> rejected() {
        return rows(
                "SELECT line_number, reason FROM raw.rejected_lines WHERE day = {day:Date} ORDER BY"
                        + " line_number");
    }

    @Test
    void editedLine_isInItsDayOnce_afterEachLoadOfThatText_andInNoOther() throws Exception {
        String bad = event(2, "login", "").replace("\"user_id\":2,", "\"note\":\"a\\\\b\\tключ\",");
        String good = event(2, "login", ",\"v\":\"a\\\\b\\tключ\"");
        put(event(1, "login", "") + "\n" + bad + "\nnonsense\n");
        load(true);
        assertThat(rejected()).containsExactly("2 no user_id", "3 not JSON");

        assertThatThrownBy(() -> edit(2, "something else", good))
                .isInstanceOf(EditRefused.class)
                .hasMessageContaining("belongs to a newer file by now");
        assertThatThrownBy(() -> edit(1, event(1, "login", ""), good))
                .hasMessageContaining("is not a rejected line any more");
        assertThatThrownBy(() -> edit(2, bad, event(2, "purchase", "")))
                .hasMessageContaining("is still bad: purchase_amount is missing or no amount");
        assertThatThrownBy(() -> edit(2, bad, good + "\n" + event(3, "login", "")))
                .hasMessageContaining("has more than one line");
        assertThat(load(false)).startsWith("unchanged");

        edit(2, bad, good);
        // As if the process had died, and the person had asked again.
        edit(2, bad, good);
        assertThat(load(false)).startsWith("2 events, 1 rejected, 0 of other days, 1 edited, from");
        assertThat(ids()).containsExactly("e1", "e2");
        assertThat(
                        rows(
                                "SELECT hex(JSONExtractString(data, 'v')) AS v FROM raw.events"
                                        + " WHERE day = {day:Date} AND event_id = 'e2'"))
                .containsExactly("615C6209D0BAD0BBD18ED187");
        assertThat(rejected()).containsExactly("3 not JSON");
        assertThat(load(false)).startsWith("unchanged");
        assertThat(load(true)).startsWith("2 events, 1 rejected");
        assertThat(ids()).containsExactly("e1", "e2");

        // A newer file, which still has that text on that line.
        put(event(1, "login", "") + "\n" + bad + "\n" + event(3, "login", "") + "\n");
        assertThat(load(true)).contains("1 edited");
        assertThat(ids()).containsExactly("e1", "e2", "e3");
        // One that has it elsewhere: it is listed again, and may be edited there.
        put(bad + "\n" + event(2, "login", "") + "\n");
        assertThat(load(true)).startsWith("1 event, 1 rejected");
        assertThat(ids()).containsExactly("e2");
        assertThat(rejected()).containsExactly("1 no user_id");
    }

    @Test
    void refusedDay_isLoaded_whenItsLinesWereEdited() throws Exception {
        put("nonsense\n" + event(2, "login", "") + "\n" + event(3, "login", "") + "\n");
        assertThatThrownBy(() -> load(false)).hasMessageContaining("has 1 bad line of 3");
        assertThat(ids()).isEmpty();
        edit(1, "nonsense", event(1, "login", ""));
        assertThat(load(false)).startsWith("3 events, 0 rejected, 0 of other days, 1 edited");
        assertThat(ids()).containsExactly("e1", "e2", "e3");
        assertThat(rejected()).isEmpty();
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void gzip_ofSeveralMembers_isReadToItsEnd_andCutOff_isNoDay() throws Exception {
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        members.write(gzip(event(1, "login", "") + "\n"));
        members.write(gzip(event(2, "login", "") + "\n"));
        put(key + ".gz", members.toByteArray());
        assertThat(load(false)).startsWith("2 events");

        byte[] whole = gzip((event(3, "login", "") + "\n").repeat(10_000));
        put(key + ".gz", java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> load(false)).hasMessageContaining("cannot be read to the end");
        assertThat(count("raw.events")).as("the day before the broken file").isEqualTo(2);

        put(key, new byte[0]);
        assertThatThrownBy(() -> load(false)).hasMessageContaining("There are both");
        objects.remove(key);
    }

    @Test
    void emptyFile_isRefused_unlessForced() throws Exception {
        put(event(1, "login", ""));
        load(false);
        put("\n\n");
        assertThatThrownBy(() -> load(false)).hasMessageContaining("holds no lines");
        assertThat(count("raw.events")).isEqualTo(1);
        load(true);
        assertThat(count("raw.events")).isZero();
    }

    @Test
    void fileThatHasNotCome_isWaitedFor() {
        assertThatThrownBy(() -> load(false))
                .isInstanceOf(NotYet.class)
                .hasMessageContaining(key + " nor ");
    }

    @Test
    void fileThatGrows_isNotWholeYet() throws Exception {
        Settings patient =
                Settings.load(
                        Map.of(
                                "CARAVAN_LOAD_SETTLED", "2s",
                                "CARAVAN_CLICKHOUSE_URL",
                                        "http://localhost:" + sandbox.port("clickhouse"),
                                "CARAVAN_CLICKHOUSE_PASSWORD", "caravan"));
        put(event(1, "login", ""));
        DailyLoad load =
                new DailyLoad(
                        bucket, clickHouse, LoadSettings.read(patient), (lines, bytes, size) -> {});
        AtomicBoolean over = new AtomicBoolean();
        Thread writer = new Thread(() -> grow(over), "writer");
        writer.start();
        assertThatThrownBy(() -> run(load, false))
                .isInstanceOf(NotYet.class)
                .hasMessageContaining("still changes");
        over.set(true);
        writer.join();
    }

    private void grow(AtomicBoolean over) {
        for (int lines = 2; !over.get(); lines++) {
            replace(lines);
        }
    }

    @Test
    void marker_saysThatTheFileIsWhole() throws Exception {
        Settings marked =
                Settings.load(
                        Map.of(
                                "CARAVAN_LOAD_MARKER",
                                ".done",
                                "CARAVAN_CLICKHOUSE_URL",
                                "http://localhost:" + sandbox.port("clickhouse")));
        DailyLoad load =
                new DailyLoad(
                        bucket, clickHouse, LoadSettings.read(marked), (lines, bytes, size) -> {});
        put(event(1, "login", ""));
        assertThatThrownBy(() -> run(load, false))
                .isInstanceOf(NotYet.class)
                .hasMessageContaining(key + ".done");
        put(key + ".done", new byte[0]);
        assertThat(run(load, false)).startsWith("1 event,");
    }

    @Test
    void fileReplacedWhileItIsRead_isNotSwappedIn() throws Exception {
        put((event(1, "login", "") + "\n").repeat(100));
        DailyLoad load =
                new DailyLoad(
                        bucket,
                        clickHouse,
                        LoadSettings.read(settings),
                        (lines, bytes, size) -> {
                            if (bytes == size) {
                                replace(1);
                            }
                        });
        assertThatThrownBy(() -> run(load, false)).hasMessageContaining("was replaced while");
        assertThat(count("raw.events")).isZero();
        assertThat(load(false)).startsWith("1 event,");
    }

    private void replace(int lines) {
        try {
            put((event(9, "login", "") + "\n").repeat(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
