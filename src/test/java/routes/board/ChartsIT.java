package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.board.MartPages.DAYS;
import static routes.board.MartPages.TODAY;
import static routes.board.MartPages.panel;

import harness.Browser;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import routes.sql.SqlFile;

/** How the pages of marts draw and write what they show: units, totals, gaps, contrast, phones. */
class ChartsIT {
    private static final List<String> PAGES =
            List.of(
                    "activity",
                    "learning",
                    "money",
                    "retention",
                    "experiments",
                    "attendance",
                    "cinema",
                    "flow");

    /** Of arguments[0], a panel's selector: its chart. */
    private static final String CHART =
            "const chart = echarts.getInstanceByDom(document.querySelector(arguments[0] +"
                    + " ' .chart')); ";

    private static MartPages pages;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        List<String> more = new ArrayList<>(SqlFile.statements(HistoryRoute.TABLE));
        more.addAll(
                List.of(
                        "INSERT INTO pipeline_history (pipeline, moved, waiting, timed, fresh,"
                            + " slowest, goal) SELECT name, 10, 1, timed, timed, 1, timed * 5 FROM"
                            + " values('name String, timed UInt8', ('outbox-a', 0), ('sink-a', 1),"
                            + " ('job-load', 0))",
                        "DELETE FROM raw.loads WHERE day = '" + TODAY.minusDays(5) + "'",
                        "INSERT INTO attendance_enriched (ID, JOURNAL_ID, STUDENT_ID, LESSON_ID,"
                            + " LESSON_DATE, ATTENDANCE_MARK, MARKED_BY, MARKED_BY_ROLE,"
                            + " DATE_CREATE, GROUP_SHORT_TITLE, kafka_key, kafka_batch,"
                            + " kafka_partition, kafka_offset) SELECT generateUUIDv4(number), 'g',"
                            + " toString(number), '1', toDate(now('Europe/Moscow')), number % 2,"
                            + " '1', 2, now64(3), 'Г-' || toString(number % 320), 'g' ||"
                            + " toString(number), 'b', 1, number FROM numbers(640)"));
        pages =
                new MartPages(
                        Map.of("CARAVAN_BOARD_CURRENCY", "USD", "CARAVAN_BOARD_NAMES", "open"),
                        more);
        browser = pages.browser;
    }

    @AfterAll
    static void stop() throws Exception {
        if (pages != null) {
            pages.close();
        }
    }

    @AfterEach
    void usualWindow() {
        browser.size(1280, 900);
        browser.colours("light");
    }

    private Object script(String title, String script) {
        browser.await(By.cssSelector(panel(title) + " .chart canvas"));
        return browser.script(CHART + script, panel(title));
    }

    private String cell(String title, String place, int column) {
        return browser.text(panel(title) + " " + place + " > :nth-child(" + column + ")");
    }

    private static String one(String sql) {
        return pages.rows(sql).get(0).values().iterator().next().toString();
    }

    @Test
    void amounts_haveTheCurrencyThatIsSet_andTheFileHasBareNumbers() throws Exception {
        pages.visit("money");
        assertThat(script("Revenue", "return chart.getOption().yAxis[0].axisLabel.formatter(1250)"))
                .isEqualTo("$1.25K");
        String revenue = one("SELECT toString(revenue) AS r FROM marts.money ORDER BY day LIMIT 1");
        String written = String.format(Locale.ROOT, "$%,.2f", Double.valueOf(revenue));
        browser.awaitText(panel("Days"), written);
        assertThat(pages.runtime.get("/api/query/money.csv").body()).doesNotContain("$");
        pages.visit("experiments");
        browser.awaitText(panel("A/B tests"), "$");
    }

    @Test
    void everyAxis_saysItsUnit() {
        for (String page : PAGES) {
            pages.visit(page);
            browser.await(
                    By.cssSelector(
                            switch (page) {
                                case "experiments" -> "table";
                                case "flow" -> panel("History") + " .chart canvas";
                                case "retention" -> panel("Weekly cohorts") + " .chart canvas";
                                default -> ".chart canvas";
                            }));
            Object without =
                    browser.script(
                            "return [...document.querySelectorAll('.chart')].map(place =>"
                                + " echarts.getInstanceByDom(place)?.getOption()).filter(option =>"
                                + " option && [...option.xAxis, ...option.yAxis].some(axis =>"
                                + " !axis.name && !/[$%]/.test(axis.axisLabel.formatter?.(1) ??"
                                + " ''))).map(option => option.series[0]?.name)");
            assertThat((List<?>) without).as(page).isEmpty();
        }
    }

    @Test
    void flowsCharts_haveTheTimeInUtc_andOneUnitEach() {
        pages.visit("flow");
        browser.await(By.cssSelector(panel("History") + " .chart canvas"));
        String charts =
                "return [...document.querySelectorAll('.chart')].filter(place =>"
                        + " place.clientWidth).map(place =>"
                        + " echarts.getInstanceByDom(place).getOption())";
        Awaitility.await("all charts are drawn")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .untilAsserted(
                        () ->
                                assertThat(
                                                (List<?>)
                                                        browser.script(
                                                                charts
                                                                        + ".map(option =>"
                                                                        + " `${option.yAxis[0].name}"
                                                                        + " ${option.xAxis[0].name}"
                                                                        + " ${option.useUTC}`)"))
                                        .isEqualTo(
                                                List.of(
                                                        "rows/s time (UTC) true",
                                                        "% of the time time (UTC) true",
                                                        "seconds time (UTC) true",
                                                        "records time (UTC) true",
                                                        "rows time (UTC) true",
                                                        "days time (UTC) true")));
        assertThat(
                        browser.script(
                                "return document.querySelector(arguments[0]).hidden",
                                panel("Rates")))
                .as("no pipeline has a rate here")
                .isEqualTo(true);
    }

    @Test
    void successes_fillAPartOfTheirTasksBar() {
        pages.visit("learning");
        Object places =
                script(
                        "Completed tasks",
                        "return [0, 1].map(i => { const data ="
                                + " chart.getModel().getSeriesByIndex(i).getData(); return"
                                + " data.mapArray(j => { const at = data.getItemLayout(j); return"
                                + " [at.x, at.width, Math.abs(at.height)]; }); })");
        @SuppressWarnings("unchecked")
        List<List<List<Number>>> bars = (List<List<List<Number>>>) places;
        assertThat(bars.get(0)).hasSizeGreaterThanOrEqualTo(DAYS - 1);
        for (int day = 0; day < bars.get(0).size(); day++) {
            List<Number> tasks = bars.get(0).get(day);
            List<Number> successes = bars.get(1).get(day);
            if (tasks.get(2) == null) {
                continue;
            }
            assertThat(successes.subList(0, 2)).isEqualTo(tasks.subList(0, 2));
            assertThat(successes.get(2).doubleValue())
                    .isLessThanOrEqualTo(tasks.get(2).doubleValue());
        }
    }

    @Test
    void aDayThatWasNotLoaded_isAGap_andNamed() {
        for (String page : List.of("activity", "learning", "money", "retention")) {
            pages.visit(page);
            browser.awaitText("Not loaded: " + TODAY.minusDays(5) + ".");
        }
        pages.visit("money");
        List<Double> revenue = pages.drawn("Revenue", "revenue");
        assertThat(revenue).hasSize(DAYS);
        assertThat(revenue.get(DAYS - 5)).isNull();
        assertThat(revenue.stream().filter(day -> day == null)).hasSize(1);
        browser.awaitText(panel("Cohorts"), TODAY.minusDays(5).toString());
        assertThat(
                        (List<?>)
                                browser.script(
                                        "return [...document.querySelectorAll(arguments[0])].map("
                                                + "row => row.innerText.split('\\t'))"
                                                + ".find(row => row[0] === arguments[1]).slice(2)",
                                        panel("Cohorts") + " tbody tr",
                                        TODAY.minusDays(5).toString()))
                .hasSize(7)
                .allMatch("–"::equals);
    }

    @Test
    void aWeekThatWasNotLoaded_isNoZero() throws Exception {
        LocalDate week = TODAY.minusDays(14).with(DayOfWeek.MONDAY);
        assertThat(pages.runtime.get("/api/query/cohorts.csv").body())
                .doesNotContainPattern("\"" + week.minusDays(7) + "\",1,[0-9]+,\\\\N");
        pages.execute(
                "CREATE TABLE kept_loads ENGINE = Memory AS SELECT * FROM raw.loads WHERE"
                        + " toMonday(day) = '"
                        + week
                        + "'");
        pages.execute("DELETE FROM raw.loads WHERE toMonday(day) = '" + week + "'");
        try {
            assertThat(pages.runtime.get("/api/query/cohorts.csv").body())
                    .containsPattern("\"" + week.minusDays(7) + "\",1,[1-9][0-9]*,\\\\N,\\\\N\n")
                    .containsPattern("\"" + week.minusDays(7) + "\",2,[1-9][0-9]*,[1-9]")
                    .containsPattern("\"" + week + "\",0,\\\\N,\\\\N,\\\\N\n");
        } finally {
            pages.execute("INSERT INTO raw.loads SELECT * FROM kept_loads");
        }
    }

    @Test
    void totals_areOfTheRowsThatAreShown() throws Exception {
        pages.visit("learning");
        String sums =
                "sum(tasks) AS tasks, sum(successes) AS successes, round(100 * successes / tasks,"
                        + " 1) AS percent FROM marts.learning_tasks";
        Map<String, Object> all = pages.rows("SELECT " + sums).get(0);
        browser.awaitText(panel("By task"), "Total");
        assertThat(cell("By task", "tfoot tr", 2))
                .isEqualTo("%,d".formatted(((Number) all.get("tasks")).longValue()));
        assertThat(cell("By task", "tfoot tr", 4)).isEqualTo(percent(all));
        pages.visit("cinema");
        browser.awaitText(panel("Films"), "Total");
        assertThat(cell("Films", "tfoot tr", 2))
                .isEqualTo(one("SELECT count() AS n FROM marts.viewing_sessions"));
        assertThat(cell("Films", "tfoot tr", 3)).as("users are not added up").isEmpty();
    }

    private static String percent(Map<String, Object> row) {
        return String.format(Locale.ROOT, "%.1f %%", ((Number) row.get("percent")).doubleValue());
    }

    @Test
    void manyGroups_areTheTwentyWithTheMostMarks_andAllInATableThatIsSearched() {
        pages.open("attendance");
        browser.awaitText(panel("By group"), "The 20 of 323 with the most marks", "323 rows");
        assertThat(pages.drawn("By group", "present")).hasSize(20);
        browser.await(By.cssSelector(panel("By group") + " input[type=search]")).sendKeys("Г-317");
        browser.awaitText(panel("By group"), "1 of 323 rows");
        assertThat(cell("By group", "tfoot tr", 6)).isEqualTo("2");
        assertThat(browser.text(panel("By group") + " tbody"))
                .contains("Г-317")
                .doesNotContain("Г-1\t");
        WebElement search =
                browser.await(By.cssSelector(panel("By group") + " input[type=search]"));
        search.sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
        browser.awaitText(panel("By group"), "323 rows");
        browser.await(By.cssSelector(panel("By group") + " .wide")).sendKeys(Keys.END);
        Awaitility.await("the table's end, by the keyboard")
                .atMost(Duration.ofSeconds(10))
                .until(
                        () ->
                                Boolean.TRUE.equals(
                                        browser.script(
                                                "const wide = document.querySelector(arguments[0]);"
                                                    + " return wide.scrollTop > 0 && wide.scrollTop"
                                                    + " + wide.clientHeight >= wide.scrollHeight -"
                                                    + " 1",
                                                panel("By group") + " .wide")));
    }

    @Test
    @SuppressWarnings("unchecked")
    void retentionCells_canBeReadInBothSchemes() {
        for (String scheme : List.of("light", "dark")) {
            browser.colours(scheme);
            pages.visit("retention");
            List<List<String>> cells =
                    (List<List<String>>)
                            script(
                                    "Weekly cohorts",
                                    "return chart.getOption().series[0].data.map(cell =>"
                                            + " [cell.itemStyle.color, cell.label.color])");
            assertThat(cells).isNotEmpty();
            assertThat(cells)
                    .as(scheme)
                    .allSatisfy(
                            cell ->
                                    assertThat(Contrast.of(cell.get(0), cell.get(1)))
                                            .isGreaterThanOrEqualTo(4.5));
        }
    }

    @Test
    void aChartsText_saysWhatItShows() {
        pages.visit("activity");
        pages.drawn("Active users", "DAU");
        String most =
                one(
                        "SELECT toString(max(dau)) AS n FROM marts.activity WHERE day != '"
                                + TODAY.minusDays(5)
                                + "'");
        String label =
                (String)
                        browser.script(
                                "return document.querySelector(arguments[0] +"
                                        + " ' .chart').ariaLabel",
                                panel("Active users"));
        assertThat(label)
                .startsWith("DAU, WAU, MAU in users by day, " + TODAY.minusDays(DAYS) + " to ")
                .contains("most " + most + " (");
    }

    @Test
    void aChart_isZoomedByTheWheelWithCtrl() {
        pages.visit("activity");
        pages.drawn("Active users", "DAU");
        String shown =
                "const [from, to] = [chart.getOption().dataZoom[0].startValue,"
                        + " chart.getOption().dataZoom[0].endValue]; return to - from";
        long before = ((Number) script("Active users", shown)).longValue();
        assertThat(before).isGreaterThanOrEqualTo(DAYS - 1);
        browser.wheelWithCtrl(panel("Active users") + " .chart");
        Awaitility.await("fewer days")
                .atMost(Duration.ofSeconds(10))
                .until(() -> ((Number) script("Active users", shown)).longValue() < before);
    }

    @Test
    void days_areWrittenInIso_checked_andAllByOneClick() {
        pages.visit("money");
        WebElement from = browser.await(By.name("from"));
        assertThat(from.getDomProperty("value")).isEqualTo(TODAY.minusDays(DAYS).toString());
        from.sendKeys(Keys.chord(Keys.CONTROL, "a"), "31.12.2025", Keys.TAB);
        assertThat(from.getDomProperty("validationMessage")).contains("A date such as 2026-03-29");
        assertThat(browser.script("return location.hash").toString()).doesNotContain("31.12");
        from.sendKeys(Keys.chord(Keys.CONTROL, "a"), TODAY.minusDays(2).toString(), Keys.TAB);
        Awaitility.await("two days")
                .atMost(Duration.ofSeconds(30))
                .until(() -> pages.drawn("Revenue", "revenue").size() == 2);
        WebElement all = browser.await(By.cssSelector("#days button[value='all']"));
        all.click();
        Awaitility.await("all days")
                .atMost(Duration.ofSeconds(30))
                .until(() -> pages.drawn("Revenue", "revenue").size() == DAYS);
        assertThat(all.getDomAttribute("aria-pressed")).isEqualTo("true");
        assertThat(from.getDomProperty("value")).isEmpty();
    }

    private static List<?> pressed() {
        return (List<?>)
                browser.script(
                        "return [...document.querySelectorAll('#days"
                                + " [aria-pressed=true]')].map(one => one.value)");
    }

    @Test
    void aPreset_isOfItsDays_andPressed_untilOthersAreChosen() {
        pages.visit("money");
        browser.await(By.cssSelector("#days button[value='7']"));
        assertThat(pressed()).as("31 days").isEmpty();
        for (String preset : List.of("7", "28", "90", "all", "28")) {
            browser.click(By.cssSelector("#days button[value='" + preset + "']"));
            String days =
                    preset.equals("all")
                            ? "from=&to="
                            : "from="
                                    + TODAY.minusDays(Integer.parseInt(preset) - 1)
                                    + "&to="
                                    + TODAY;
            Awaitility.await(preset)
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () -> {
                                assertThat(browser.script("return location.hash"))
                                        .isEqualTo("#money?" + days);
                                assertThat(pressed()).isEqualTo(List.of(preset));
                            });
        }
        WebElement from = browser.await(By.name("from"));
        from.sendKeys(Keys.chord(Keys.CONTROL, "a"), TODAY.minusDays(2).toString(), Keys.TAB);
        Awaitility.await("none is pressed")
                .atMost(Duration.ofSeconds(10))
                .until(() -> pressed().isEmpty());
    }

    @Test
    void theHeader_isOneLineAt1280_andOnAPhoneTheChosenTabIsVisible() {
        pages.visit("cinema");
        browser.await(By.cssSelector(panel("Films") + " table"));
        assertThat(height("header")).isLessThan(60);
        assertThat(height("#session")).isLessThan(34);
        browser.size(390, 844);
        for (String page : PAGES) {
            pages.visit(page);
            browser.await(By.cssSelector("nav [aria-current]"));
            assertThat(
                            browser.script(
                                    "const tab = document.querySelector('nav"
                                            + " [aria-current]').getBoundingClientRect(); return"
                                            + " tab.left >= 0 && tab.right <= innerWidth"))
                    .as(page)
                    .isEqualTo(true);
            assertThat(browser.script("return document.documentElement.scrollWidth"))
                    .as(page)
                    .isEqualTo(390L);
        }
    }

    /** How many labels the axes of all charts have, and which of one axis lie upon each other. */
    private static final String LABELS =
            """
            const box = (text) => {
              const rect = text.getBoundingRect().clone();
              rect.applyTransform(text.getComputedTransform());
              return rect;
            };
            const axes = new Map();
            const walk = (one, group) => {
              if (one.ignore || one.invisible) return;
              if (one.type === "text" && String(one.anid).startsWith("label_")) {
                axes.set(group, [...(axes.get(group) ?? []), [one.style.text, box(one)]]);
              } else one.childrenRef?.().forEach((child) => walk(child, one));
            };
            for (const place of document.querySelectorAll(".chart")) {
              if (!place.clientWidth) continue;
              const { storage } = echarts.getInstanceByDom(place).getZr();
              storage.getDisplayList(true);
              storage.getRoots().forEach((root) => walk(root, null));
            }
            const upon = (one, other) =>
              Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x) > 0.5 &&
              Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y) > 0.5;
            const labels = [...axes.values()];
            return [
              labels.flat().length,
              ...labels.flatMap((axis) =>
                axis.flatMap(([text, one], i) =>
                  axis.slice(i + 1).filter(([, other]) => upon(one, other)).map(([other]) => `${text} upon ${other}`),
                ),
              ),
            ];
            """;

    private static void assertNoLabelsLieUponEachOther(String what) {
        Awaitility.await(what + ": all charts are drawn")
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                (Boolean)
                                        browser.script(
                                                "const places ="
                                                    + " [...document.querySelectorAll('.chart')].filter(place"
                                                    + " => place.clientWidth); return places.length"
                                                    + " > 0 && places.every(place =>"
                                                    + " place.querySelector('canvas')?.clientWidth"
                                                    + " === place.clientWidth)"));
        List<?> found = (List<?>) browser.script(LABELS);
        assertThat(((Number) found.get(0)).intValue()).as(what).isGreaterThan(4);
        assertThat(found.subList(1, found.size())).as(what).isEmpty();
    }

    @Test
    void axesLabels_doNotLieUponEachOther_onWideAndNarrowWindows() {
        pages.execute(
                "INSERT INTO pipeline_history (time, pipeline, moved, waiting, timed, fresh,"
                        + " slowest, goal) SELECT now() - 1800 * (number % 384), ['outbox-b',"
                        + " 'sink-b', 'sink-attendance_enriched', 'job-audit'][number % 4 + 1],"
                        + " number % 1000 * 1000, number % 977 * 100, 5, 5, number % 7, 5 FROM"
                        + " numbers(1536)");
        for (int width : List.of(1280, 390)) {
            browser.size(width, 844);
            for (String page : PAGES) {
                // Of what it shows, it has no chart.
                if (page.equals("experiments")) {
                    continue;
                }
                for (String days :
                        List.of("from=" + TODAY.minusDays(89) + "&to=" + TODAY, "from=&to=")) {
                    pages.open(page + "?" + days);
                    awaitAnswers();
                    assertNoLabelsLieUponEachOther(page + "?" + days + ", " + width);
                }
            }
            // More days than there are in the marts, and names that are long and many.
            browser.script(
                    "return import('/board.js').then(board => { const day = i => new"
                        + " Date(Date.UTC(2024, 0, 1) + i * 86400000).toISOString().slice(0, 10);"
                        + " const name = i => `Кафедра прикладной математики и информатики ${i}`;"
                        + " const rows = (count, by) => Array.from({length: count}, (_, i) =>"
                        + " [by(i), i * 1e5]); const draw = (type, given) => board.lines([{name:"
                        + " 'by', type}, {name: 'revenue', type: 'UInt64'}], given);"
                        + " document.getElementById('page').replaceChildren(draw('Date', rows(90,"
                        + " day)), draw('Date', rows(1000, day)), draw('String', rows(5, name)),"
                        + " draw('String', rows(20, name))); })");
            assertNoLabelsLieUponEachOther("made up, " + width);
        }
    }

    private static double height(String selector) {
        return ((Number)
                        browser.script(
                                "return"
                                    + " document.querySelector(arguments[0]).getBoundingClientRect().height",
                                selector))
                .doubleValue();
    }

    /** Until every panel shows what it has asked for. */
    private static void awaitAnswers() {
        browser.await(By.cssSelector("main .panel :is(table, .chart canvas)"));
        Awaitility.await("no panel asks")
                .atMost(Duration.ofSeconds(60))
                .until(() -> !browser.text("main").contains("Asking "));
    }

    @Test
    void everyPage_hasNoBarrier_andHeadingsInOrder() throws Exception {
        for (String page : PAGES) {
            pages.visit(page);
            awaitAnswers();
            assertThat(browser.barriers()).as(page).isEmpty();
            assertThat(
                            (List<?>)
                                    browser.script(
                                            "return [...document.querySelectorAll('main :is(h1, h2,"
                                                + " h3)')].map((head, i, all) =>"
                                                + " Number(head.tagName[1]) - (i ? Number(all[i -"
                                                + " 1].tagName[1]) : 0)).filter(step => step > 1)"))
                    .as(page)
                    .isEmpty();
            assertThat(browser.all(By.tagName("h1"))).hasSize(1);
        }
    }
}
