package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static routes.board.MartPages.DAYS;
import static routes.board.MartPages.PASSWORD;
import static routes.board.MartPages.TODAY;
import static routes.board.MartPages.panel;

import harness.Browser;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;

/** The pages of marts, attendance and cinema in a real browser: what they draw is what SQL says. */
class PagesIT {
    private static MartPages pages;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        pages = new MartPages(Map.of(), Experiments.ROWS);
        browser = pages.browser;
    }

    @AfterAll
    static void stop() throws Exception {
        if (pages != null) {
            pages.close();
        }
    }

    private static List<Double> fromDay(int number, String column) {
        return pages.numbers(
                "if(row_number() OVER (ORDER BY day) < " + number + ", NULL, " + column + ")",
                "marts.activity ORDER BY day");
    }

    @Test
    void activityPage_drawsTheMart() throws Exception {
        pages.visit("activity");
        // The windows of the first days are not full yet.
        Map.of("dau", 1, "wau", 7, "mau", 30)
                .forEach(
                        (column, days) ->
                                pages.assertDrawn(
                                        "Active users",
                                        column.toUpperCase(java.util.Locale.ROOT),
                                        fromDay(days, column)));
        pages.assertDrawn("How often they come", "DAU per MAU", fromDay(30, "dau_per_mau"));
        assertThat(fromDay(30, "mau").stream().filter(java.util.Objects::isNull)).hasSize(29);
        browser.awaitText(panel("Active users"), "begin when there are 7 and 30 days");
        pages.assertNoProblems("activity");
        browser.colours("dark");
        pages.assertNoProblems("activity-dark");
        browser.colours("light");
    }

    @Test
    void aPresetOfSevenDays_isDrawn_andAMissingDayIsAGap() throws Exception {
        pages.visit("activity");
        pages.drawn("Active users", "DAU");
        browser.click(By.cssSelector("#days button[value='7']"));
        List<Double> lastDays =
                pages.numbers(
                        "dau",
                        "marts.activity WHERE day > '" + TODAY.minusDays(7) + "' ORDER BY day");
        Awaitility.await("seven days")
                .atMost(Duration.ofSeconds(30))
                .until(() -> pages.drawn("Active users", "DAU").size() == lastDays.size());
        assertThat(pages.drawn("Active users", "DAU")).isEqualTo(lastDays);
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
        pages.visit("learning");
        browser.awaitText(panel("By task"), "задача 0", "%");
        String first = "return document.querySelector(arguments[0] + ' tbody td').innerText";
        String button = panel("By task") + " th button";
        browser.click(By.cssSelector(button));
        assertThat(browser.script(first, panel("By task"))).isEqualTo("задача 0");
        browser.click(By.cssSelector(button));
        assertThat(browser.script(first, panel("By task"))).isEqualTo("задача 4");
    }

    /** Clicks a column's head in a table; then the first cell of each row. */
    private static final String SORTED =
            " const sorted = (table, head) => { [...table.querySelectorAll('th button')].find(one"
                + " => one.textContent === head).click(); return [...table.querySelectorAll('tbody"
                + " tr')].map(row => row.cells[0].textContent); }; ";

    @Test
    void aTimeThatIsWrittenAsAnAge_isSortedByTheTime() {
        browser.visit("/");
        assertThat(
                        (List<?>)
                                browser.script(
                                        SORTED
                                                + "return import('/pages/flow/lanes.js').then(lanes"
                                                + " => { const failed = minutes => ({time: new"
                                                + " Date(Date.now() - minutes *"
                                                + " 60000).toISOString(), reason: 'r'}); const made"
                                                + " = lanes.routes([{id: 'five minutes', state:"
                                                + " 'Started', failure: failed(5)}, {id: 'never',"
                                                + " state: 'Started'}, {id: 'ten hours', state:"
                                                + " 'Started', failure: failed(600)}]);"
                                                + " document.body.append(made); return sorted(made,"
                                                + " 'last failure'); })"))
                .isEqualTo(List.of("ten hours", "five minutes", "never"));
    }

    @Test
    void amountsOfAnExperiment_areSortedAsNumbers() {
        browser.visit("/");
        browser.script(
                "const real = window.fetch; const group = (name, revenue) => ({ab_test_id: 't',"
                    + " ab_group: name, control_group: 'a', users: 10, revenue_per_user: revenue});"
                    + " const names = ['ab_test_id', 'ab_group', 'control_group', 'users',"
                    + " 'first_assigned', 'last_assigned', 'sample_ratio_p_value',"
                    + " ...['success_share', 'conversion', 'revenue_per_user'].flatMap(one => ['',"
                    + " '_difference', '_low', '_high', '_p_value'].map(end => one + end))]; const"
                    + " rows = [group('c', 1000), group('b', 950.5), group('a', 2.25)];"
                    + " window.fetch = (address, ...more) =>"
                    + " String(address).startsWith('/api/query/ab_tests?') ? Promise.resolve(new"
                    + " Response(JSON.stringify({meta: names.map(name => ({name, type: 'String'})),"
                    + " data: rows.map(row => names.map(name => row[name] ?? null))}))) :"
                    + " real(address, ...more); location.hash = '#experiments'");
        browser.awaitText(panel("A/B tests"), "€1,000.00");
        assertThat(
                        (List<?>)
                                browser.script(
                                        SORTED
                                                + "return"
                                                + " sorted(document.querySelector(arguments[0] + '"
                                                + " table'), 'revenue by user')",
                                        panel("A/B tests")))
                .isEqualTo(List.of("a (control)", "b", "c"));
    }

    @Test
    void learningPage_drawsTheMart_inTheUsersScript() throws Exception {
        pages.visit("learning");
        pages.assertDrawn(
                "Completed tasks", "tasks", pages.numbers("tasks", "marts.learning ORDER BY day"));
        pages.assertDrawn(
                "Share of successes",
                "success share",
                pages.numbers("success_share", "marts.learning ORDER BY day"));
        browser.awaitText(panel("By task"), "задача 0", "задача 4");
        pages.assertNoProblems("learning");
    }

    @Test
    void moneyPage_drawsTheMarts() throws Exception {
        pages.visit("money");
        pages.assertDrawn(
                "Revenue", "revenue", pages.numbers("revenue", "marts.money ORDER BY day"));
        pages.assertDrawn(
                "Conversion",
                "conversion",
                pages.numbers("conversion", "marts.money ORDER BY day"));
        pages.assertDrawn(
                "Revenue by user", "ARPPU", pages.numbers("arppu", "marts.money ORDER BY day"));
        List<Double> ltv = pages.numbers("ltv_7_days", "marts.ltv ORDER BY cohort_day");
        assertThat(ltv.subList(0, DAYS - 6)).doesNotContainNull();
        assertThat(ltv.subList(DAYS - 6, DAYS)).as("younger than 7 days").containsOnlyNulls();
        pages.assertDrawn("Lifetime value", "LTV 7 days", ltv);
        pages.assertDrawn(
                "Lifetime value",
                "LTV 28 days",
                pages.numbers("ltv_28_days", "marts.ltv ORDER BY cohort_day"));
        pages.assertNoProblems("money");
    }

    @Test
    void retentionPage_drawsTheMarts() throws Exception {
        pages.visit("retention");
        pages.assertDrawn(
                "Daily cohorts",
                "day 1 share",
                pages.numbers("day_1_share", "marts.retention ORDER BY cohort_day"));
        browser.await(By.cssSelector(panel("Weekly cohorts") + " .chart canvas"));
        Object cells =
                browser.script(
                        "return echarts.getInstanceByDom(document.querySelector(arguments[0] + '"
                            + " .chart')).getOption().series[0].data.map(cell => cell.value[2])",
                        panel("Weekly cohorts"));
        assertThat((List<?>) cells)
                .hasSameSizeAs(
                        pages.rows(
                                "SELECT week FROM marts.cohorts WHERE active_share IS NOT NULL"));
        pages.assertNoProblems("retention");
    }

    @Test
    void experimentsPage_showsGroups_differenceAndChance() throws Exception {
        pages.visit("experiments");
        Map<String, Object> green =
                pages.rows(
                                "SELECT users, round(conversion * 100, 1) AS percent FROM"
                                        + " marts.ab_tests WHERE ab_test_id = 'button' AND"
                                        + " ab_group = 'green'")
                        .get(0);
        browser.awaitText(
                panel("A/B tests"),
                "button",
                "control (control)",
                "green",
                green.get("users") + "");
        browser.awaitText(panel("A/B tests"), green.get("percent") + " %");
        // 2 groups: beyond chi-square with one degree of freedom.
        String p =
                pages.rows(
                                "SELECT toString(round(erfc(sqrt(pow(max(users) - min(users), 2) /"
                                        + " sum(users) / 2)), 4)) AS p FROM marts.ab_tests WHERE"
                                        + " ab_test_id = 'button'")
                        .get(0)
                        .get("p")
                        .toString();
        browser.awaitText(panel("A/B tests"), "equal shares (chi-square): p = " + p, "assigned");
        assertThat(browser.text()).doesNotContain("-0.0 ");
        pages.assertNoProblems("experiments");
    }

    /** What the page says of a group: the text and the mark of each measure's difference. */
    private static String group(String test, String group, int cell) {
        return (String)
                browser.script(
                        "const head = [...document.querySelectorAll(arguments[0] + ' h3')].find(one"
                                + " => one.innerText === arguments[1]); const table = (function"
                                + " next(one) { return !one || one.matches('table') ? one :"
                                + " one.querySelector('table') ?? next(one.nextElementSibling);"
                                + " })(head?.nextElementSibling); const row ="
                                + " [...table?.querySelectorAll('tbody tr') ?? []].find(one =>"
                                + " one.cells[0].innerText === arguments[2]); const mark ="
                                + " row?.cells[arguments[3]]?.querySelector('.mark'); return mark ?"
                                + " `${mark.className}: ${mark.innerText}` : ''",
                        panel("A/B tests"),
                        test,
                        group,
                        cell);
    }

    @Test
    void experimentsPage_marksBetterAndWorse_andWarnsOfUnequalGroups() {
        pages.visit("experiments");
        browser.awaitText(panel("A/B tests"), "layout", "checkout");
        int conversion = 4;
        assertThat(group("layout", "blue", conversion))
                .startsWith("mark good: +40.0 points [+")
                .endsWith("p < 0.0001: better");
        assertThat(group("layout", "red", conversion))
                .startsWith("mark bad: -40.0 points [-")
                .endsWith("p < 0.0001: worse");
        // Nobody bought in either group.
        assertThat(group("checkout", "new", conversion)).startsWith("mark: 0.0 points [-");
        // 100, 110 and 90 users: 2 with two degrees of freedom, and exp(-2 / 2).
        browser.awaitText(panel("A/B tests"), "300 users", "equal shares (chi-square): p = 0.3679");
        // 140 and 60 users, where halves were meant.
        browser.awaitText(
                panel("A/B tests"),
                "200 users",
                "equal shares (chi-square): p < 0.0001",
                "The groups are not of equal size (p < 0.0001)");
        assertThat(browser.all(By.cssSelector(panel("A/B tests") + " .problem"))).hasSize(1);
    }

    @Test
    void whatIsRoundedToNothing_hasNoSign() {
        browser.visit("/");
        assertThat(
                        (List<?>)
                                browser.script(
                                        "return import('/board.js').then(board => ["
                                                + "board.fixed(-0.04, 1), board.fixed(-0.06, 1),"
                                                + " board.percent(-0.0004), board.amount(-0.004),"
                                                + " board.shown(-0.00001), board.fixed(-10, 0)])"))
                .isEqualTo(List.of("0.0", "-0.1", "0.0 %", "€0.00", "0", "-10"));
    }

    @Test
    void attendancePage_drawsMarksByGroupAndTeacher_andTheStudentsOfAChosenGroup()
            throws Exception {
        // The usual days end with the lessons of this day in Moscow.
        pages.open("attendance");
        // As a Russian reader sorts: by the number in the name, not by its first digit.
        pages.assertDrawn(
                "By group",
                "present",
                pages.numbers(
                        "countIf(ATTENDANCE_MARK = 1)",
                        "latest_attendance GROUP BY GROUP_SHORT_TITLE ORDER BY"
                                + " indexOf(['ИВТ-2', 'ИВТ-11', 'ПМИ-1'], GROUP_SHORT_TITLE)"));
        // Names need the login: on the page, and in the data and the file.
        browser.awaitText(panel("By teacher"), "log in to see them");
        browser.awaitText(panel("Students of ИВТ-2"), "log in to see them");
        assertThat(browser.text()).doesNotContain("Абрамов", "Ананьева");
        for (String query : List.of("attendance_students", "attendance_by_teacher", "user_login")) {
            String address = "/api/query/" + query;
            for (String asked : List.of(address, address + ".csv")) {
                HttpResponse<String> refused = pages.runtime.get(asked + "?group=any");
                assertThat(refused.statusCode()).as(asked).isEqualTo(403);
                assertThat(refused.body()).contains("people's names").doesNotContain("Абрамов");
            }
        }
        pages.assertNoProblems("attendance-without-names");
        browser.click(By.cssSelector(panel("By teacher") + " button.main"));
        browser.await(By.name("username")).sendKeys("caravan");
        browser.await(By.name("password")).sendKeys(PASSWORD);
        browser.click(By.cssSelector("#login button[type=submit]"));
        browser.awaitText(panel("By teacher"), "Ананьева М. С.");
        browser.awaitText("Students of ИВТ-2");
        browser.click(By.xpath("//option[text()='ПМИ-1']"));
        browser.awaitText("Students of ПМИ-1");
        String student =
                pages.rows(
                                "SELECT STUDENT_FIO AS s FROM latest_attendance WHERE"
                                        + " GROUP_SHORT_TITLE = 'ПМИ-1' LIMIT 1")
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
                pages.rows(
                                "SELECT count() AS n FROM latest_attendance WHERE LESSON_DATE ="
                                        + " toDate(now('Europe/Moscow'))")
                        .get(0)
                        .get("n")
                        .toString();
        browser.awaitText(panel("Today"), marks + " marks");
        pages.assertNoProblems("attendance");
        browser.size(390, 844);
        pages.assertNoProblems("attendance-phone");
        browser.size(1280, 900);
        browser.script("document.getElementById('session').click()");
        browser.awaitText(panel("By teacher"), "log in to see them");
    }

    @Test
    void cinemaPage_drawsTheSessions() throws Exception {
        pages.visit("cinema");
        String days = "marts.viewing_sessions GROUP BY toDate(started) ORDER BY toDate(started)";
        pages.assertDrawn("Sessions", "sessions", pages.numbers("count()", days));
        pages.assertDrawn("Sessions", "completed", pages.numbers("countIf(completed)", days));
        pages.assertDrawn(
                "Watched",
                "watched minutes",
                pages.numbers("round(sum(watched_seconds) / 60, 1)", days));
        browser.awaitText(panel("Films"), "movie id");
        pages.assertNoProblems("cinema");
    }

    @Test
    void martWhoseCheckFails_saysSoOnItsPage_andAmongTheMarts() throws Exception {
        awaitMarts(
                "every mart is fresh", ".*\"(empty|stale|building|failed|problem\":\"C).*", false);
        Object inner =
                pages.rows(
                                "SELECT '.inner_id.' || toString(uuid) AS inner FROM system.tables"
                                        + " WHERE database = 'marts' AND name = 'money_built'")
                        .get(0)
                        .get("inner");
        pages.execute("INSERT INTO marts.`" + inner + "` SELECT * FROM marts.money_built LIMIT 1");
        try {
            // It throws what the check says.
            assertThatThrownBy(() -> pages.refresh("marts.money"))
                    .hasMessageContaining("checks of");
            awaitMarts("looked at", ".*\"failed\".*", true);
            pages.visit("money");
            browser.awaitText(panel("Revenue"), "As of " + TODAY, "checks of marts.money failed");
            pages.assertDrawn(
                    "Revenue", "revenue", pages.numbers("revenue", "marts.money ORDER BY day"));
            pages.visit("flow");
            browser.awaitText(panel("Marts"), "failed", "checks of marts.money failed");
            pages.assertNoProblems("flow-failed-mart");
        } finally {
            pages.refresh("marts.money_built");
            pages.refresh("marts.money");
        }
        browser.awaitText(panel("Marts"), "marts.money");
        Awaitility.await("no mart has failed")
                .atMost(Duration.ofSeconds(30))
                .until(() -> !browser.text(panel("Marts")).contains("checks of"));
    }

    @Test
    void clickHouseFrozen_theStateOfTheMartsIsUnknown() throws Exception {
        pages.visit("flow");
        browser.awaitText(panel("Marts"), "marts.money");
        pages.sandbox.command("pause", "clickhouse");
        try {
            browser.awaitText(
                    panel("Marts"),
                    "The state of the marts is unknown: ClickHouse at",
                    "does not answer");
            // What was so before may be so no more.
            assertThat(browser.text(panel("Marts"))).doesNotContain("marts.money");
        } finally {
            pages.sandbox.command("resume", "clickhouse");
        }
        browser.awaitText(panel("Marts"), "marts.money");
        assertThat(browser.text(panel("Marts"))).doesNotContain("unknown");
    }

    private static void awaitMarts(String what, String pattern, boolean found) {
        Awaitility.await(what)
                .atMost(Duration.ofMinutes(1))
                .until(() -> pages.runtime.get("/api/marts").body().matches(pattern) == found);
    }

    @Test
    void daysWithoutAnything_saySo() {
        browser.visit("/#activity?from=2001-01-01&to=2001-01-02");
        browser.script("location.reload()");
        browser.awaitText(panel("Active users"), "No rows in this period.");
    }
}
