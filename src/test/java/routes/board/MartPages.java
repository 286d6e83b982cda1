package routes.board;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Browser;
import harness.RuntimeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.marts.Models;
import routes.settings.Settings;
import routes.sql.SqlFile;
import sandbox.Sandbox;

/**
 * A runtime whose marts, attendance and cinema have sample rows, and a browser that looks at its
 * pages.
 */
final class MartPages implements AutoCloseable {
    static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);
    static final int DAYS = 30;
    static final String PASSWORD = "of this test";

    final RuntimeProcess runtime;
    final Browser browser;
    final Sandbox sandbox;
    private final ClickHouse clickHouse;

    /**
     * @param settings beside those of the sandbox, as environment variables
     * @param more statements after the sample rows, before the marts are built
     */
    MartPages(Map<String, String> settings, List<String> more) throws Exception {
        sandbox =
                Sandbox.start(
                        Path.of("").toAbsolutePath(),
                        List.of("postgres", "kafka", "clickhouse", "s3"));
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.put("CARAVAN_CONSOLE_PASSWORD", PASSWORD);
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        // It brings the marts; its own day has no file here.
        environment.put("CARAVAN_JOBS", "load");
        environment.putAll(settings);
        clickHouse = ClickHouseServer.writer(Settings.load(environment));
        statements("daily/tables.sql");
        events();
        table("attendance_enriched");
        clicks();
        table("viewing_events");
        sessions();
        more.forEach(clickHouse::execute);
        statements("replication/tables.sql");
        new Models(clickHouse, "viewing", "", 1).create();
        refresh("marts.viewing_sessions_refresh");
        runtime = RuntimeProcess.start(environment).awaitRunning();
        Awaitility.await("the marts are built")
                .atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> !rows("SELECT day FROM marts.activity").isEmpty());
        browser = Browser.open(runtime.address());
    }

    @Override
    public void close() throws Exception {
        browser.close();
        runtime.close();
        clickHouse.close();
        sandbox.close();
    }

    /** A sink's table, as its first start makes it. */
    private void table(String name) {
        statements(name + ".sql");
        SqlFile.statements("classpath:sql/clickhouse/sink/sink_table.sql")
                .forEach(sql -> clickHouse.execute(sql.replace("{table}", name)));
    }

    private void statements(String file) {
        SqlFile.statements("classpath:sql/clickhouse/" + file).forEach(clickHouse::execute);
    }

    /**
     * Users who come less and less often, some of whom buy, do tasks and are in a test; and ten
     * each day who are new, and buy then and eight days later.
     */
    private void events() {
        clickHouse.execute(
                "INSERT INTO raw.lines SELECT toDate('"
                        + TODAY
                        + "') - "
                        + DAYS
                        + " + intDiv(number % 300, 10) + 8 * intDiv(number, 300) AS day, 1000 +"
                        + " number, '', 'new ' || toString(number), 'new ' || toString(number %"
                        + " 300), 'purchase', toDateTime64(day, 3, 'UTC') + 100, '', 9.99, '', '',"
                        + " '', '', '{}' FROM numbers(600) WHERE day < toDate('"
                        + TODAY
                        + "')");
        clickHouse.execute(
                "INSERT INTO raw.lines SELECT toDate('"
                        + TODAY
                        + "') - "
                        + DAYS
                        + " + intDiv(number, 400) AS day, number % 400 + 1, '', toString(number),"
                        + " toString(least(cityHash64(number) % 300, cityHash64(number, 1) % 300)),"
                        + " ['login', 'purchase', 'task_completed',"
                        + " 'ab_test_assigned'][cityHash64(number, 2) % 4 + 1] AS type,"
                        + " toDateTime64(day, 3, 'UTC') + number % 80000, toString(number % 97),"
                        + " if(type = 'purchase', number % 50 + 0.99, 0), if(type ="
                        + " 'task_completed', 'задача ' || toString(number % 5), ''), if(type ="
                        + " 'task_completed', ['success', 'fail'][cityHash64(number, 3) % 3 % 2 +"
                        + " 1], ''), if(type = 'ab_test_assigned', 'button', ''), if(type ="
                        + " 'ab_test_assigned', ['control', 'green'][cityHash64(user_id) % 2 + 1],"
                        + " ''), '{}' FROM (SELECT number, toString(least(cityHash64(number) % 300,"
                        + " cityHash64(number, 1) % 300)) AS user_id FROM numbers("
                        + DAYS * 400
                        + "))");
        clickHouse.execute(
                "INSERT INTO raw.loads (day, file, etag, bytes, lines, events, rejected, blank,"
                        + " other_days, seconds, outcome) SELECT toDate('"
                        + TODAY
                        + "') - 1 - number, 'f', 'e', 1, 400, 400, 0, 0, 0, 1, 'loaded' FROM"
                        + " numbers("
                        + DAYS
                        + ")");
    }

    private void clicks() {
        clickHouse.execute(
                "INSERT INTO attendance_enriched (ID, JOURNAL_ID, STUDENT_ID, LESSON_ID,"
                    + " LESSON_DATE, ATTENDANCE_MARK, MARKED_BY, MARKED_BY_ROLE, DATE_CREATE,"
                    + " STUDENT_FIO, GROUP_SHORT_TITLE, TEACHER_FIO, KAFEDRA, kafka_key,"
                    + " kafka_batch, kafka_partition, kafka_offset) SELECT generateUUIDv4(number),"
                    + " 'j', toString(number % 60) AS student, toString(intDiv(number, 60)),"
                    + " toDate(now('Europe/Moscow')) - number % 20, [1, 1, 1, 0, 2,"
                    + " 4][cityHash64(number) % 6 + 1], toString(number % 4), 2, now64(3), ['Ёлкина"
                    + " Анна', 'Яшин Пётр', 'Абрамов Иван', 'Жукова Ольга'][number % 60 % 4 + 1] ||"
                    + " ' ' || student, ['ИВТ-11', 'ИВТ-2', 'ПМИ-1'][number % 60 % 3 + 1], ['Щукин"
                    + " И. А.', 'Белова Н. П.', 'Эрн К. Л.', 'Ананьева М. С.'][number % 4 + 1],"
                    + " 'Кафедра математики', toString(number), 'b', 0, number FROM numbers(3000)");
    }

    private void sessions() {
        clickHouse.execute(
                "INSERT INTO viewing_events (event_id, user_id, movie_id, event_type, event_time,"
                    + " kafka_key, kafka_batch, kafka_partition, kafka_offset) SELECT number,"
                    + " intDiv(number, 4) % 20, intDiv(number, 4) % 7, ['play', 'pause', 'resume',"
                    + " 'finish'][number % 4 + 1] AS type, toDateTime64('"
                        + TODAY
                        + " 00:00:00', 6, 'UTC') - INTERVAL intDiv(number, 4) HOUR + number % 4 *"
                        + " 600, toString(number), 'b', 0, number FROM numbers(399)");
    }

    List<Map<String, Object>> rows(String sql) {
        return clickHouse.rows(sql, Map.of());
    }

    List<Double> numbers(String expression, String from) {
        return rows("SELECT toFloat64(" + expression + ") AS n FROM " + from).stream()
                .map(row -> row.get("n") == null ? null : ((Number) row.get("n")).doubleValue())
                .toList();
    }

    static String panel(String title) {
        return "section[aria-label='" + title + "']";
    }

    void visit(String page) {
        open(page + "?from=" + TODAY.minusDays(DAYS) + "&to=" + TODAY);
    }

    void open(String fragment) {
        browser.visit("/#" + fragment);
        browser.script("location.reload()");
    }

    /** What a line or bar of the chart in a panel is drawn from. */
    @SuppressWarnings("unchecked")
    List<Double> drawn(String title, String series) {
        String script =
                "const place = document.querySelector(arguments[0] + ' .chart');"
                        + "const one = place && echarts.getInstanceByDom(place)?.getOption()"
                        + ".series.find(found => found.name === arguments[1]);"
                        + "return one ? one.data : null";
        Awaitility.await(series + " of " + title)
                .atMost(Duration.ofSeconds(30))
                .until(() -> browser.script(script, panel(title), series) != null);
        return ((List<Object>) browser.script(script, panel(title), series))
                .stream()
                        .map(value -> value == null ? null : ((Number) value).doubleValue())
                        .toList();
    }

    void assertDrawn(String title, String series, List<Double> expected) {
        assertThat(expected).isNotEmpty();
        List<Double> drawn = drawn(title, series);
        assertThat(drawn).as("%s of %s", series, title).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i) == null) {
                assertThat(drawn.get(i)).isNull();
            } else {
                assertThat(drawn.get(i))
                        .as("%s of %s, point %d", series, title, i)
                        .isCloseTo(expected.get(i), org.assertj.core.data.Offset.offset(0.000_001));
            }
        }
    }

    void assertNoProblems(String picture) throws Exception {
        browser.picture(picture);
        assertThat(browser.problems()).isEmpty();
        assertThat(browser.barriers()).isEmpty();
    }

    void refresh(String view) {
        clickHouse.execute("SYSTEM REFRESH VIEW " + view);
        clickHouse.execute("SYSTEM WAIT VIEW " + view);
    }

    void execute(String sql) {
        clickHouse.execute(sql);
    }
}
