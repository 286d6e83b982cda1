package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.marts.Models;
import routes.settings.Settings;
import routes.sql.SqlFile;
import sandbox.Sandbox;

/** The pages of marts, attendance and cinema in a real browser: what they draw is what SQL says. */
class PagesIT {
    private static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);
    private static final int DAYS = 30;

    private static Sandbox sandbox;
    private static ClickHouse clickHouse;
    private static RuntimeProcess runtime;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        sandbox =
                Sandbox.start(
                        Path.of("").toAbsolutePath(),
                        List.of("postgres", "kafka", "clickhouse", "s3"));
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        // It brings the marts; its own day has no file here.
        environment.put("CARAVAN_JOBS", "load");
        clickHouse = ClickHouseServer.writer(Settings.load(environment));
        statements("raw/tables.sql");
        events();
        table("attendance_enriched");
        clicks();
        table("viewing_events");
        sessions();
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

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (runtime != null) {
            runtime.close();
        }
        clickHouse.close();
        sandbox.close();
    }

    /** A sink's table, as its first start makes it. */
    private static void table(String name) {
        statements(name + ".sql");
        SqlFile.statements("classpath:sql/clickhouse/sink/sink_table.sql")
                .forEach(sql -> clickHouse.execute(sql.replace("{table}", name)));
    }

    private static void statements(String file) {
        SqlFile.statements("classpath:sql/clickhouse/" + file).forEach(clickHouse::execute);
    }

    /** Users who come less and less often, some of whom buy, do tasks and are in a test. */
    private static void events() {
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

    private static void clicks() {
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

    private static void sessions() {
        clickHouse.execute(
                "INSERT INTO viewing_events (event_id, user_id, movie_id, event_type, event_time,"
                    + " kafka_key, kafka_batch, kafka_partition, kafka_offset) SELECT number,"
                    + " intDiv(number, 4) % 20, intDiv(number, 4) % 7, ['play', 'pause', 'resume',"
                    + " 'finish'][number % 4 + 1] AS type, toDateTime64('"
                        + TODAY
                        + " 00:00:00', 6, 'UTC') - INTERVAL intDiv(number, 4) HOUR + number % 4 *"
                        + " 600, toString(number), 'b', 0, number FROM numbers(399)");
    }

    private static List<Map<String, Object>> rows(String sql) {
        return clickHouse.rows(sql, Map.of());
    }

    private static List<Double> numbers(String expression, String from) {
        return rows("SELECT toFloat64(" + expression + ") AS n FROM " + from).stream()
                .map(row -> row.get("n") == null ? null : ((Number) row.get("n")).doubleValue())
                .toList();
    }

    private static String panel(String title) {
        return "section[aria-label='" + title + "']";
    }

    private void visit(String page) {
        open(page + "?from=" + TODAY.minusDays(DAYS) + "&to=" + TODAY);
    }

    private void open(String fragment) {
        browser.visit("/#" + fragment);
        browser.script("location.reload()");
    }

    /** What a line or bar of the chart in a panel is drawn from. */
    @SuppressWarnings("unchecked")
    private List<Double> drawn(String title, String series) {
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

    private void assertDrawn(String title, String series, List<Double> expected) {
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

    private void assertNoProblems(String picture) throws Exception {
        browser.picture(picture);
        assertThat(browser.problems()).isEmpty();
        assertThat(browser.barriers()).isEmpty();
    }

    @Test
    void activityPage_drawsTheMart() throws Exception {
        visit("activity");
        for (String column : List.of("dau", "wau", "mau")) {
            assertDrawn("Active users", column, numbers(column, "marts.activity ORDER BY day"));
        }
        assertDrawn(
                "How often they come",
                "dau per mau",
                numbers("dau_per_mau", "marts.activity ORDER BY day"));
        assertNoProblems("activity");
        browser.colours("dark");
        assertNoProblems("activity-dark");
        browser.colours("light");
    }

    @Test
    void aPresetOfSevenDays_isDrawn_andAMissingDayIsAGap() throws Exception {
        visit("activity");
        drawn("Active users", "dau");
        browser.await(By.cssSelector("#days button[value='7']")).click();
        List<Double> lastDays =
                numbers(
                        "dau",
                        "marts.activity WHERE day > '" + TODAY.minusDays(7) + "' ORDER BY day");
        Awaitility.await("seven days")
                .atMost(Duration.ofSeconds(30))
                .until(() -> drawn("Active users", "dau").size() == lastDays.size());
        assertThat(drawn("Active users", "dau")).isEqualTo(lastDays);
        // Days come from nowhere but the rows: one that has none is not zero.
        assertThat(
                        (List<?>)
                                browser.script(
                                        "return import('/board.js').then(board => { const made ="
                                            + " board.lines([{name: 'day', type: 'Date'}, {name:"
                                            + " 'n', type: 'UInt64'}], [['2026-03-01', 1],"
                                            + " ['2026-03-03', 3]]); document.body.append(made);"
                                            + " return new Promise(done => setTimeout(() =>"
                                            + " done(echarts.getInstanceByDom(made).getOption().series[0].data),"
                                            + " 500)); })"))
                .isEqualTo(java.util.Arrays.asList(1L, null, 3L));
    }

    @Test
    void aTable_isSortedByAClick() throws Exception {
        visit("learning");
        browser.awaitText(panel("By task"), "задача 0", "%");
        String first = "return document.querySelector(arguments[0] + ' tbody td').innerText";
        String button = panel("By task") + " th button";
        browser.await(By.cssSelector(button)).click();
        assertThat(browser.script(first, panel("By task"))).isEqualTo("задача 0");
        browser.await(By.cssSelector(button)).click();
        assertThat(browser.script(first, panel("By task"))).isEqualTo("задача 4");
    }

    @Test
    void learningPage_drawsTheMart_inTheUsersScript() throws Exception {
        visit("learning");
        assertDrawn("Completed tasks", "tasks", numbers("tasks", "marts.learning ORDER BY day"));
        assertDrawn(
                "Share of successes",
                "success share",
                numbers("success_share", "marts.learning ORDER BY day"));
        browser.awaitText(panel("By task"), "задача 0", "задача 4");
        assertNoProblems("learning");
    }

    @Test
    void moneyPage_drawsTheMarts() throws Exception {
        visit("money");
        assertDrawn("Revenue", "revenue", numbers("revenue", "marts.money ORDER BY day"));
        assertDrawn("Conversion", "conversion", numbers("conversion", "marts.money ORDER BY day"));
        assertDrawn("Revenue by user", "arppu", numbers("arppu", "marts.money ORDER BY day"));
        assertDrawn("Lifetime value", "ltv", numbers("ltv", "marts.ltv ORDER BY cohort_day"));
        assertNoProblems("money");
    }

    @Test
    void retentionPage_drawsTheMarts() throws Exception {
        visit("retention");
        assertDrawn(
                "Daily cohorts",
                "day 1 share",
                numbers("day_1_share", "marts.retention ORDER BY cohort_day"));
        browser.await(By.cssSelector(panel("Weekly cohorts") + " .chart canvas"));
        Object cells =
                browser.script(
                        "return echarts.getInstanceByDom(document.querySelector(arguments[0] +"
                                + " ' .chart')).getOption().series[0].data.map(cell => cell[2])",
                        panel("Weekly cohorts"));
        assertThat((List<?>) cells)
                .hasSameSizeAs(
                        rows("SELECT week FROM marts.cohorts WHERE active_share IS NOT NULL"));
        assertNoProblems("retention");
    }

    @Test
    void experimentsPage_showsGroups_differenceAndChance() throws Exception {
        visit("experiments");
        Map<String, Object> green =
                rows("SELECT users, round(conversion * 100, 1) AS percent FROM marts.ab_tests WHERE"
                                + " ab_group = 'green'")
                        .get(0);
        browser.awaitText(
                panel("A/B tests"),
                "button",
                "control (control)",
                "green",
                green.get("users") + "");
        browser.awaitText(panel("A/B tests"), green.get("percent") + " %");
        assertNoProblems("experiments");
    }

    @Test
    void attendancePage_drawsMarksByGroupAndTeacher_andTheStudentsOfAChosenGroup()
            throws Exception {
        // The usual days end with the lessons of this day in Moscow.
        open("attendance");
        // As a Russian reader sorts: by the number in the name, not by its first digit.
        assertDrawn(
                "By group",
                "present",
                numbers(
                        "countIf(ATTENDANCE_MARK = 1)",
                        "latest_attendance GROUP BY GROUP_SHORT_TITLE ORDER BY"
                                + " indexOf(['ИВТ-2', 'ИВТ-11', 'ПМИ-1'], GROUP_SHORT_TITLE)"));
        browser.awaitText("Students of ИВТ-2");
        browser.await(By.xpath("//option[text()='ПМИ-1']")).click();
        browser.awaitText("Students of ПМИ-1");
        String student =
                rows("SELECT STUDENT_FIO AS s FROM latest_attendance WHERE GROUP_SHORT_TITLE ="
                                + " 'ПМИ-1' LIMIT 1")
                        .get(0)
                        .get("s")
                        .toString();
        browser.awaitText(panel("Students of ПМИ-1"), student);
        // Ё stands beside Е, not before А.
        String students = browser.text(panel("Students of ПМИ-1"));
        assertThat(students.indexOf("Абрамов")).isLessThan(students.indexOf("Ёлкина"));
        assertThat(students.indexOf("Ёлкина")).isLessThan(students.indexOf("Жукова"));
        browser.awaitText(panel("By teacher"), "Ананьева М. С.", "Кафедра математики");
        String marks =
                rows("SELECT count() AS n FROM latest_attendance WHERE LESSON_DATE ="
                                + " toDate(now('Europe/Moscow'))")
                        .get(0)
                        .get("n")
                        .toString();
        browser.awaitText(panel("Today"), marks + " marks");
        assertNoProblems("attendance");
        browser.size(390, 844);
        assertNoProblems("attendance-phone");
        browser.size(1280, 900);
    }

    @Test
    void cinemaPage_drawsTheSessions() throws Exception {
        visit("cinema");
        String days = "marts.viewing_sessions GROUP BY toDate(started) ORDER BY toDate(started)";
        assertDrawn("Sessions", "sessions", numbers("count()", days));
        assertDrawn("Sessions", "completed", numbers("countIf(completed)", days));
        assertDrawn(
                "Watched", "watched minutes", numbers("round(sum(watched_seconds) / 60, 1)", days));
        browser.awaitText(panel("Films"), "movie id");
        assertNoProblems("cinema");
    }

    @Test
    void martWhoseCheckFails_saysSoOnItsPage_andAmongTheMarts() throws Exception {
        awaitMarts(
                "every mart is fresh", ".*\"(empty|stale|building|failed|problem\":\"C).*", false);
        Object inner =
                rows("SELECT '.inner_id.' || toString(uuid) AS inner FROM system.tables WHERE"
                                + " database = 'marts' AND name = 'money_built'")
                        .get(0)
                        .get("inner");
        clickHouse.execute(
                "INSERT INTO marts.`" + inner + "` SELECT * FROM marts.money_built LIMIT 1");
        try {
            // It throws what the check says.
            assertThatThrownBy(() -> refresh("marts.money")).hasMessageContaining("checks of");
            awaitMarts("looked at", ".*\"failed\".*", true);
            visit("money");
            browser.awaitText(panel("Revenue"), "As of " + TODAY, "checks of marts.money failed");
            assertDrawn("Revenue", "revenue", numbers("revenue", "marts.money ORDER BY day"));
            visit("flow");
            browser.awaitText(panel("Marts"), "failed", "checks of marts.money failed");
            assertNoProblems("flow-failed-mart");
        } finally {
            refresh("marts.money_built");
            refresh("marts.money");
        }
        browser.awaitText(panel("Marts"), "marts.money");
        Awaitility.await("no mart has failed")
                .atMost(Duration.ofSeconds(30))
                .until(() -> !browser.text(panel("Marts")).contains("checks of"));
    }

    private static void awaitMarts(String what, String pattern, boolean found) {
        Awaitility.await(what)
                .atMost(Duration.ofMinutes(1))
                .until(() -> runtime.get("/api/marts").body().matches(pattern) == found);
    }

    private static void refresh(String view) {
        clickHouse.execute("SYSTEM REFRESH VIEW " + view);
        clickHouse.execute("SYSTEM WAIT VIEW " + view);
    }

    @Test
    void daysWithoutAnything_saySo() {
        browser.visit("/#activity?from=2001-01-01&to=2001-01-02");
        browser.script("location.reload()");
        browser.awaitText(panel("Active users"), "Nothing in these days.");
    }
}
