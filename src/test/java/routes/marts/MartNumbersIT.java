package routes.marts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import harness.Seed;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.marts.RawDays.Event;
import routes.settings.Settings;
import routes.sql.SqlFile;
import sandbox.Sandbox;

/** What the marts hold: small cases by hand, and random ones against {@link Reference}. */
class MartNumbersIT {
    private static final LocalDate ONE = LocalDate.of(2026, 3, 2);
    private static final double EXACT = 1e-9;

    /** In days: some that may be, and more than those, back and ahead. */
    private static final int[] WRONG_CLOCKS = {-2, 1, 2, 5, 400, -30, -31, -60, -900};

    private static Sandbox sandbox;
    private static Settings settings;
    private static ClickHouse clickHouse;
    private static Marts marts;
    private static RawDays raw;

    private final SortedMap<LocalDate, List<Event>> files = new TreeMap<>();
    private int ids;

    @BeforeAll
    static void start() throws Exception {
        sandbox = Sandbox.start(Path.of("").toAbsolutePath(), List.of("postgres", "clickhouse"));
        settings = Settings.load(sandbox.environment());
        clickHouse = ClickHouseServer.writer(settings);
        marts =
                new Marts(
                        ClickHouseServer.writer(settings),
                        new DriverManagerDataSource(
                                "jdbc:postgresql://localhost:"
                                        + sandbox.port("postgres")
                                        + "/caravan",
                                "caravan",
                                "caravan"),
                        MartsSettings.read(settings));
        marts.prepare();
        raw = new RawDays(clickHouse);
    }

    @AfterAll
    static void stop() throws Exception {
        marts.close();
        clickHouse.close();
        sandbox.close();
    }

    @BeforeEach
    void empty() {
        raw.clear();
    }

    private static LocalDate day(int number) {
        return ONE.plusDays(number - 1);
    }

    private static LocalDateTime noon(int day) {
        return day(day).atTime(12, 0);
    }

    private String id() {
        return "e" + ++ids;
    }

    private void add(int day, Event... events) {
        files.computeIfAbsent(day(day), date -> new ArrayList<>()).addAll(List.of(events));
    }

    private void seen(String user, int... days) {
        for (int day : days) {
            add(day, Event.of(id(), user, "login", noon(day)));
        }
    }

    private void build() throws Exception {
        for (Map.Entry<LocalDate, List<Event>> file : files.entrySet()) {
            raw.load(file.getKey(), file.getValue());
        }
        assertThat(marts.refreshAlone(List.of(), view -> {})).isEmpty();
        assertThat(marts.check()).allMatch(CheckResult::holds);
    }

    private static List<List<Object>> rows(String sql) {
        return clickHouse.rows(sql, Map.of()).stream()
                .map(row -> (List<Object>) new ArrayList<>(row.values()))
                .toList();
    }

    private static void assertRows(String sql, List<List<Object>> expected) {
        List<List<Object>> found = rows(sql);
        assertThat(found).as(sql).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.get(i)).as(sql).hasSameSizeAs(expected.get(i));
            for (int j = 0; j < expected.get(i).size(); j++) {
                Object value = expected.get(i).get(j);
                Object there = found.get(i).get(j);
                String where = "%s, row %s, column %d".formatted(sql, found.get(i), j);
                if (value instanceof Number number && there != null) {
                    double much = number.doubleValue();
                    assertThat(((Number) there).doubleValue())
                            .as(where)
                            .isCloseTo(much, within(EXACT * Math.max(1, Math.abs(much))));
                } else {
                    assertThat(there).as(where).isEqualTo(value == null ? null : value.toString());
                }
            }
        }
    }

    private static List<Object> row(Object... values) {
        return Arrays.asList(values);
    }

    @Test
    void windowsOfDaysAndEmptyDays_byHand() throws Exception {
        seen("ann", 1, 2, 8);
        seen("bob", 1);
        seen("cat", 2, 32);
        add(33);
        build();
        List<List<Object>> days =
                rows("SELECT dau, wau, mau, dau_per_wau FROM marts.activity ORDER BY day");
        assertThat(days).hasSize(33);
        assertThat(days.get(0)).containsExactly(2, 2, 2, 1);
        assertThat(days.get(1)).containsExactly(2, 3, 3, 2 / 3.0);
        assertThat(days.get(2)).containsExactly(0, 3, 3, 0);
        assertThat(days.get(6)).as("day 7: days 1 to 7").containsExactly(0, 3, 3, 0);
        assertThat(days.get(7)).as("day 8: without day 1").containsExactly(1, 2, 3, 0.5);
        assertThat(days.get(29)).as("day 30: days 1 to 30").containsExactly(0, 0, 3, null);
        assertThat(days.get(30)).as("day 31: bob has gone").containsExactly(0, 0, 2, null);
        assertThat(days.get(31)).as("day 32: days 3 to 32").containsExactly(1, 1, 2, 1);
        assertThat(days.get(32)).as("day 33, loaded and empty").containsExactly(0, 1, 2, 0);
    }

    @Test
    void retention_isNullForDaysThatAreNotReached_andZeroForThoseThatNobodyCameBackOn()
            throws Exception {
        seen("ann", 1, 2, 8);
        seen("bob", 1, 8);
        seen("cat", 3);
        add(15);
        build();
        List<List<Object>> cohorts =
                rows(
                        "SELECT users, day_1, day_7, day_14, day_30, day_1_share, day_7_share FROM"
                                + " marts.retention ORDER BY cohort_day");
        assertThat(cohorts).hasSize(15);
        assertThat(cohorts.get(0)).containsExactly(2, 1, 2, 0, null, 0.5, 1);
        assertThat(cohorts.get(1)).containsExactly(0, 0, 0, null, null, null, null);
        assertThat(cohorts.get(2)).containsExactly(1, 0, 0, null, null, 0, 0);
        assertThat(cohorts.get(14)).containsExactly(0, null, null, null, null, null, null);
        // Day 1 is a Monday, day 15 too: the third week has only begun.
        assertRows(
                "SELECT week, users, active_users, active_share FROM marts.cohorts ORDER BY week",
                List.of(row(0, 3, 3, 1), row(1, 3, 2, 2 / 3.0), row(2, 3, null, null)));
    }

    @Test
    void usersWithoutPurchases_countInArpuAndLtv() throws Exception {
        seen("ann", 1);
        add(
                1,
                Event.purchase(id(), "bob", noon(1), "10.00"),
                Event.purchase(id(), "bob", noon(1), "5.50"),
                Event.of(id(), "cat", "login", noon(1)),
                Event.of(id(), "dan", "login", noon(1)));
        add(3, Event.purchase(id(), "cat", noon(3), "0.50"));
        build();
        assertRows(
                "SELECT toString(day) AS d, active_users, buyers, purchases, revenue, conversion,"
                        + " arpu, arppu FROM marts.money ORDER BY day",
                List.of(
                        row(day(1), 4, 1, 2, 15.5, 0.25, 3.875, 15.5),
                        row(day(2), 0, 0, 0, 0, null, null, null),
                        row(day(3), 1, 1, 1, 0.5, 1, 0.5, 0.5)));
        assertRows(
                "SELECT days_since, users, buyers, revenue, ltv FROM marts.ltv ORDER BY cohort_day",
                List.of(row(2, 4, 2, 16, 4), row(1, 0, 0, 0, null), row(0, 0, 0, 0, null)));
    }

    @Test
    void ltv_comparesCohortsAtEqualAge_andLeavesOutTheYounger() throws Exception {
        seen("bob", 1);
        add(1, Event.purchase(id(), "ann", noon(1), "1.00"));
        add(7, Event.purchase(id(), "ann", noon(7), "2.00"));
        add(8, Event.purchase(id(), "ann", noon(8), "4.00"));
        add(8, Event.purchase(id(), "cat", noon(8), "3.00"));
        seen("dan", 9);
        add(14, Event.purchase(id(), "ann", noon(14), "8.00"));
        build();
        assertRows(
                "SELECT toString(cohort_day) AS d, ltv, ltv_7_days, ltv_14_days, ltv_28_days FROM"
                        + " marts.ltv WHERE users > 0 ORDER BY cohort_day",
                List.of(
                        row(day(1), 7.5, 1.5, 7.5, null),
                        row(day(8), 3, 3, null, null),
                        row(day(9), 0, null, null, null)));
    }

    @Test
    void aDayThatWasNotLoaded_isAGapInTheQueries_andListed() throws Exception {
        seen("ann", 1, 2, 4);
        seen("bob", 2);
        build();
        assertThat(rows("SELECT dau FROM marts.activity ORDER BY day").get(2)).containsExactly(0);
        assertThat(query("unloaded_days")).containsExactly(row(day(3).toString()));
        List<List<Object>> activity = query("activity");
        assertThat(activity.stream().map(day -> day.get(1)).toList())
                .isEqualTo(Arrays.asList(1, 2, null, 1));
        assertThat(query("money").get(2).subList(1, 8)).containsOnlyNulls();
        assertThat(query("learning").get(2).subList(1, 4)).containsOnlyNulls();
        List<List<Object>> cohorts = query("retention");
        assertThat(cohorts.get(0).subList(1, 3)).as("day 2, loaded").containsExactly(1, 1);
        assertThat(cohorts.get(1).subList(1, 3)).as("day 3, not").containsExactly(1, null);
        assertThat(cohorts.get(2).subList(1, 10)).containsOnlyNulls();
    }

    /** A named query's answer for the days 1 to 30. */
    private static List<List<Object>> query(String name) throws Exception {
        try (ClickHouse reader = ClickHouseServer.reader(settings)) {
            Map<String, Object> days = Map.of("from", day(1).toString(), "to", day(30).toString());
            return reader
                    .rows(SqlFile.text("classpath:sql/clickhouse/queries/" + name + ".sql"), days)
                    .stream()
                    .map(row -> (List<Object>) new ArrayList<>(row.values()))
                    .toList();
        }
    }

    @Test
    void eventThatCameTwice_countsOnce_onTheFirstLinesDay() throws Exception {
        Event once = Event.purchase("same", "ann", noon(1), "3.00");
        add(1, once, once);
        add(2, Event.purchase("same", "ann", noon(2), "4.00"));
        // Of the day before, of a wrong clock, and of a day that is still to come.
        add(3, Event.of(id(), "ann", "login", noon(2)), Event.of(id(), "bob", "login", noon(-90)));
        add(3, Event.of(id(), "cat", "login", noon(4)));
        build();
        assertRows("SELECT dau FROM marts.activity ORDER BY day", List.of(row(1), row(1), row(1)));
        assertRows("SELECT revenue FROM marts.money ORDER BY day", List.of(row(3), row(0), row(0)));
        add(4);
        build();
        assertRows(
                "SELECT dau FROM marts.activity ORDER BY day",
                List.of(row(1), row(1), row(1), row(1)));
    }

    @Test
    void userInTwoGroups_isReported_andCountedInNone() throws Exception {
        for (String user : List.of("ann", "bob", "cat", "dan")) {
            add(1, Event.assigned(id(), user, noon(1), "price", user.equals("ann") ? "B" : "A"));
        }
        add(2, Event.assigned(id(), "dan", noon(2), "price", "B"));
        add(2, Event.assigned(id(), "cat", noon(2), "price", "A"));
        add(2, Event.purchase(id(), "dan", noon(2), "7.00"));
        build();
        assertRows(
                "SELECT ab_group, control_group, users, revenue FROM marts.ab_tests ORDER BY"
                        + " ab_group",
                List.of(row("A", "A", 2, 0), row("B", "A", 1, 0)));
        assertRows(
                "SELECT ab_test_id, user_id, arrayStringConcat(ab_groups, ',') AS g FROM"
                        + " marts.ab_test_conflicts",
                List.of(row("price", "dan", "A,B")));
    }

    @Test
    void conversion_isNewcombesExample() throws Exception {
        // Newcombe 1998, table II: 56/70 - 48/80 by method 10 lies within 0.0524 and 0.3339.
        assign("control", 80, 48);
        assign("bold", 70, 56);
        build();
        Map<String, Object> bold = compared("bold");
        assertThat((Double) bold.get("conversion_difference")).isCloseTo(0.2, within(EXACT));
        assertThat((Double) bold.get("conversion_low")).isCloseTo(0.0524, within(0.00005));
        assertThat((Double) bold.get("conversion_high")).isCloseTo(0.3339, within(0.00005));
        // z = 0.2 / sqrt(104/150 * 46/150 * (1/70 + 1/80)) = 2.65017
        assertThat((Double) bold.get("conversion_p_value")).isCloseTo(0.008045, within(0.000001));
        assertThat(bold.get("control_group")).isEqualTo("control");
        Map<String, Object> control = compared("control");
        for (String column :
                List.of("conversion_difference", "conversion_low", "conversion_p_value")) {
            assertThat(control.get(column)).as(column).isNull();
        }
    }

    private void assign(String group, int users, int buyers) {
        for (int i = 0; i < users; i++) {
            add(1, Event.assigned(id(), group + i, noon(1), "t", group));
            if (i < buyers) {
                add(1, Event.purchase(id(), group + i, noon(1).plusHours(1), "1"));
            }
        }
    }

    private static Map<String, Object> compared(String group) {
        return clickHouse
                .rows(
                        "SELECT * FROM marts.ab_tests WHERE ab_group = {group:String}",
                        Map.of("group", group))
                .get(0);
    }

    @Test
    void revenue_byHand_andWhatCameBeforeTheAssignment_isLeftOut() throws Exception {
        // Means 2.5 and 6, variances 5/3 and 10: t = 3.5 / sqrt(5/12 + 2) = 2.25144 with 5.52079
        // degrees of freedom; its two-sided p-value is 0.0691336, the interval -0.385368 to
        // 7.385368.
        spend("A", "1", "2", "3", "4");
        spend("B", "2", "4", "6", "8", "10");
        add(1, Event.purchase(id(), "A0", noon(1).minusHours(1), "1000"));
        build();
        Map<String, Object> b = compared("B");
        assertThat((Double) b.get("revenue_per_user_difference")).isCloseTo(3.5, within(EXACT));
        assertThat((Double) b.get("revenue_per_user_low")).isCloseTo(-0.385368, within(1e-6));
        assertThat((Double) b.get("revenue_per_user_high")).isCloseTo(7.385368, within(1e-6));
        assertThat((Double) b.get("revenue_per_user_p_value")).isCloseTo(0.0691336, within(1e-7));
    }

    private void spend(String group, String... amounts) {
        for (int i = 0; i < amounts.length; i++) {
            add(1, Event.assigned(id(), group + i, noon(1), "t", group));
            add(1, Event.purchase(id(), group + i, noon(1).plusHours(1), amounts[i]));
        }
    }

    @Test
    void successShare_byHand() throws Exception {
        // Control: 7 of 10 tasks, residuals -0.4, 0.2, 0.3, -0.1: variance 4/3 * 0.30 / 100 =
        // 0.004.
        // B: 3 of 8, residuals -0.375, 0.25, 0.125: 3/2 * 0.21875 / 64 = 0.00512695.
        // z = -0.325 / sqrt(0.00912695) = -3.40189.
        solve("control", new int[] {2, 4, 1, 3}, new int[] {1, 3, 1, 2});
        solve("B", new int[] {1, 2, 5}, new int[] {0, 1, 2});
        build();
        Map<String, Object> b = compared("B");
        assertThat((Double) b.get("success_share")).isCloseTo(0.375, within(EXACT));
        assertThat((Double) b.get("success_share_difference")).isCloseTo(-0.325, within(EXACT));
        assertThat((Double) b.get("success_share_low")).isCloseTo(-0.512245, within(1e-6));
        assertThat((Double) b.get("success_share_high")).isCloseTo(-0.137755, within(1e-6));
        assertThat((Double) b.get("success_share_p_value")).isCloseTo(0.000669212, within(1e-9));
        assertThat(b.get("revenue_per_user_difference")).as("nobody bought").isEqualTo(0);
        assertThat(b.get("revenue_per_user_p_value")).isNull();
        assertThat(b.get("conversion_p_value")).isNull();
    }

    private void solve(String group, int[] tasks, int[] successes) {
        for (int i = 0; i < tasks.length; i++) {
            add(1, Event.assigned(id(), group + i, noon(1), "t", group));
            for (int task = 0; task < tasks[i]; task++) {
                add(
                        1,
                        Event.task(
                                id(),
                                group + i,
                                noon(1).plusMinutes(task),
                                "task" + task,
                                task < successes[i]));
            }
        }
    }

    @Test
    void randomDays_areAsCalculatedEventByEvent() throws Exception {
        Random random = Seed.of(MartNumbersIT.class).random("choices");
        random(random);
        // What is loaded first is corrected for some of the days.
        for (LocalDate day : files.keySet()) {
            if (random.nextInt(4) == 0) {
                raw.load(day, files.get(files.firstKey()));
            }
        }
        build();
        Reference reference = new Reference(files);
        assertRows(mart("day", "activity", "day"), reference.activity());
        assertRows(mart("day", "learning", "day"), reference.learning());
        assertRows(mart("day", "learning_tasks", "day, task_id"), reference.learningTasks());
        assertRows(mart("cohort_day", "retention", "cohort_day"), reference.retention());
        assertRows(mart("cohort_week", "cohorts", "cohort_week, week"), reference.cohorts());
        assertRows(mart("day", "money", "day"), reference.money());
        assertRows(mart("cohort_day", "ltv", "cohort_day"), reference.ltv());
        assertRows(mart("ab_test_id", "ab_tests", "ab_test_id, ab_group"), reference.abTests());
        assertRows(
                "SELECT ab_test_id, user_id, arrayStringConcat(ab_groups, ',') AS g FROM"
                        + " marts.ab_test_conflicts ORDER BY ab_test_id, user_id",
                reference.conflicts());
        assertThat(reference.conflicts()).isNotEmpty();
    }

    private static String mart(String date, String name, String order) {
        return "SELECT * REPLACE (toString("
                + date
                + ") AS "
                + date
                + ") FROM marts."
                + name
                + " ORDER BY "
                + order;
    }

    /**
     * 40 days of 80 users, with files without events, days without a file, lines that came twice,
     * late, or early, and clocks that were wrong.
     */
    private void random(Random random) {
        int last = 40;
        for (int day = 1; day <= last; day++) {
            if (day % 11 == 5) {
                continue;
            }
            add(day);
            if (day % 13 == 0) {
                continue;
            }
            for (int user = 1; user <= 80; user++) {
                int joined = 1 + user * 7 % 35;
                if (day < joined || random.nextInt(10) < Math.min(8, 1 + (day - joined) / 3)) {
                    continue;
                }
                int events = 1 + random.nextInt(5);
                for (int i = 0; i < events; i++) {
                    add(day, event(random, random.nextInt(6), clock(random), day, "u" + user));
                }
            }
        }
        for (int wrong : WRONG_CLOCKS) {
            for (int kind = 0; kind < 6; kind++) {
                int day = 6 + random.nextInt(10);
                add(day, event(random, kind, wrong, day, "u" + random.nextInt(100)));
            }
        }
        List<LocalDate> days = List.copyOf(files.keySet());
        for (int i = 0; i < 60; i++) {
            List<Event> from = files.get(days.get(random.nextInt(days.size())));
            if (!from.isEmpty()) {
                List<Event> to = files.get(days.get(random.nextInt(days.size())));
                to.add(random.nextInt(to.size() + 1), from.get(random.nextInt(from.size())));
            }
        }
    }

    /** How many days a line's clock is off. */
    private static int clock(Random random) {
        int choice = random.nextInt(100);
        return choice < WRONG_CLOCKS.length ? WRONG_CLOCKS[choice] : 0;
    }

    private Event event(Random random, int kind, int clock, int day, String user) {
        LocalDateTime time = day(day + clock).atStartOfDay().plusSeconds(random.nextInt(86_400));
        switch (kind) {
            case 0:
                return Event.purchase(
                        id(), user, time, BigDecimal.valueOf(random.nextInt(10_000), 2).toString());
            case 1, 2:
                return Event.task(
                        id(), user, time, "task" + random.nextInt(4), random.nextInt(3) > 0);
            case 3:
                boolean price = random.nextBoolean();
                int group = Math.abs(user.hashCode()) % 3;
                int other = random.nextInt(60) == 0 ? 1 : 0;
                return Event.assigned(
                        id(),
                        user,
                        time,
                        price ? "price" : "color",
                        price
                                ? List.of("Control", "cheap", "dear").get((group + other) % 3)
                                : List.of("A", "B").get((group + other) % 2));
            default:
                return Event.of(id(), user, "page_view", time);
        }
    }

    @Test
    void namedQueries_answer() throws Exception {
        seen("ann", 1, 2);
        add(1, Event.task(id(), "ann", noon(1), "t", true));
        add(1, Event.assigned(id(), "ann", noon(1), "t", "A"));
        build();
        try (ClickHouse reader = ClickHouseServer.reader(settings)) {
            for (String name :
                    List.of(
                            "activity",
                            "learning",
                            "learning_tasks",
                            "retention",
                            "cohorts",
                            "money",
                            "ltv",
                            "ab_tests")) {
                String file = "classpath:sql/clickhouse/queries/" + name + ".sql";
                assertThat(SqlFile.text("classpath:sql/clickhouse/queries/index.txt").lines())
                        .contains(name);
                assertThat(
                                reader.rows(
                                        SqlFile.text(file),
                                        Map.of("from", day(1).toString(), "to", day(2).toString())))
                        .as(name)
                        .isNotEmpty();
            }
        }
    }
}
