package routes.queries;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Seed;
import harness.Services;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.clickhouse.ClickHouse;
import routes.sql.SqlFile;

/** The named queries over user_events, on random events, against a calculation of their own. */
class UserEventsIT {
    private record Event(Integer user, String type, Integer points, LocalDateTime time) {
        LocalDate day() {
            return time.toLocalDate();
        }
    }

    private final LocalDate today = LocalDate.now(ZoneOffset.UTC);
    private final Random random = Seed.of(UserEventsIT.class).random("choices");
    private final List<Event> events = new ArrayList<>();
    private ClickHouse clickHouse;

    @BeforeEach
    void empty() throws Exception {
        clickHouse = Services.running().clickHouse();
        for (String table :
                List.of(
                        "user_events_users_view",
                        "user_events_daily_view",
                        "user_events_users",
                        "user_events_daily",
                        "user_events")) {
            clickHouse.execute("DROP TABLE IF EXISTS " + table);
        }
        start();
    }

    /** What the sink's start does with the DDL. */
    private void start() {
        SqlFile.statements("classpath:sql/clickhouse/user_events.sql").forEach(clickHouse::execute);
    }

    private List<List<Object>> answer(String query) {
        return clickHouse
                .rows(SqlFile.text("classpath:sql/clickhouse/queries/" + query + ".sql"), Map.of())
                .stream()
                .map(row -> (List<Object>) new ArrayList<>(row.values()))
                .toList();
    }

    /** Some events that are so many days old at most, in several inserts and in no order. */
    private void insert(int oldest) throws Exception {
        List<Event> more = new ArrayList<>();
        for (int user = 1; user <= 60; user++) {
            int first = random.nextInt(oldest + 1);
            for (int i = random.nextInt(6); i >= 0; i--) {
                more.add(event(user, first - random.nextInt(Math.min(first, 12) + 1)));
            }
        }
        for (int i = 0; i < 10; i++) {
            more.add(event(null, random.nextInt(oldest + 1)));
            Event without = event(1 + random.nextInt(60), 0);
            more.add(new Event(without.user(), without.type(), without.points(), null));
        }
        Collections.shuffle(more, random);
        write(more);
    }

    private void write(List<Event> more) throws Exception {
        for (int from = 0; from < more.size(); from += 40) {
            List<Event> batch = more.subList(from, Math.min(from + 40, more.size()));
            int first = events.size();
            clickHouse.insert(
                    "user_events",
                    "test/" + today + "/" + System.nanoTime(),
                    out -> {
                        for (int i = 0; i < batch.size(); i++) {
                            out.write(json(first + i, batch.get(i)));
                        }
                    });
            events.addAll(batch);
        }
    }

    private Event event(Integer user, int daysAgo) {
        return new Event(
                user,
                Arrays.asList("login", "purchase", null).get(random.nextInt(3)),
                random.nextInt(5) == 0 ? null : random.nextInt(100),
                // Today, before now.
                daysAgo == 0
                        ? today.atStartOfDay()
                        : today.minusDays(daysAgo)
                                .atStartOfDay()
                                .plusSeconds(random.nextInt(86_400)));
    }

    private static byte[] json(int id, Event event) {
        return "{\"id\":%d,\"user_id\":%s,\"event_type\":%s,\"points_spent\":%s,\"event_time\":%s}\n"
                .formatted(
                        id,
                        event.user(),
                        event.type() == null ? null : '"' + event.type() + '"',
                        event.points(),
                        event.time() == null ? null : '"' + event.time().toString() + '"')
                .getBytes(StandardCharsets.UTF_8);
    }

    private SortedMap<Integer, TreeSet<LocalDate>> days() {
        SortedMap<Integer, TreeSet<LocalDate>> days = new TreeMap<>();
        events.stream()
                .filter(event -> event.user() != null && event.time() != null)
                .forEach(
                        event ->
                                days.computeIfAbsent(event.user(), user -> new TreeSet<>())
                                        .add(event.day()));
        return days;
    }

    private List<List<Object>> retention() {
        SortedMap<LocalDate, List<TreeSet<LocalDate>>> cohorts = new TreeMap<>();
        days().values()
                .forEach(
                        days ->
                                cohorts.computeIfAbsent(days.first(), day -> new ArrayList<>())
                                        .add(days));
        List<List<Object>> rows = new ArrayList<>();
        cohorts.forEach(
                (day, users) -> {
                    long returned =
                            users.stream()
                                    .filter(days -> days.size() > 1)
                                    .filter(days -> !days.higher(day).isAfter(day.plusDays(7)))
                                    .count();
                    double percent = Math.round(10_000.0 * returned / users.size()) / 100.0;
                    rows.add(
                            List.of(
                                    day.toString(),
                                    users.size(),
                                    (int) returned,
                                    number(percent),
                                    ChronoUnit.DAYS.between(day, today) > 7 ? 1 : 0));
                });
        return rows;
    }

    /** As JSON has it. */
    private static Object number(double value) {
        return value == Math.rint(value) ? (Object) (int) value : (Object) value;
    }

    private List<List<Object>> summary() {
        record Sum(Set<Integer> users, int[] totals) {}
        SortedMap<String, Sum> sums = new TreeMap<>();
        for (Event event : events) {
            LocalDate day = event.time() == null ? today : event.day();
            Sum sum =
                    sums.computeIfAbsent(
                            day + "/" + Objects.requireNonNullElse(event.type(), ""),
                            key -> new Sum(new HashSet<>(), new int[2]));
            if (event.user() != null) {
                sum.users().add(event.user());
            }
            sum.totals()[0] += Objects.requireNonNullElse(event.points(), 0);
            sum.totals()[1]++;
        }
        return sums.entrySet().stream()
                .map(
                        entry ->
                                List.<Object>of(
                                        entry.getKey().substring(0, 10),
                                        entry.getKey().substring(11),
                                        entry.getValue().users().size(),
                                        entry.getValue().totals()[0],
                                        entry.getValue().totals()[1]))
                .toList();
    }

    private LocalDate oldestRow() {
        return LocalDate.parse(
                (String)
                        clickHouse
                                .rows(
                                        "SELECT min(toDate(event_time)) AS day FROM user_events",
                                        Map.of())
                                .get(0)
                                .get("day"));
    }

    @Test
    void firstDaysAndReturns_outliveTheRows_andYoungCohortsAreNotFinal() throws Exception {
        insert(90);
        insert(20);
        // A cohort of each kind, whatever chance has made.
        write(List.of(event(61, 0), event(62, 40), event(62, 36)));
        clickHouse.execute("OPTIMIZE TABLE user_events FINAL");
        assertThat(oldestRow()).as("rows that are kept").isAfter(today.minusDays(31));
        assertThat(answer("retention_7d")).isEqualTo(retention());
        assertThat(answer("daily_summary")).isEqualTo(summary());
        assertThat(retention()).anyMatch(row -> row.get(4).equals(1));
        assertThat(retention()).anyMatch(row -> row.get(4).equals(0));
    }

    @Test
    void installationOfBefore_isFilledFromTheRowsThatThereAre_onceAndAgain() throws Exception {
        clickHouse.execute("DROP TABLE user_events_users_view");
        clickHouse.execute("DROP TABLE user_events_users");
        insert(25);
        start();
        assertThat(answer("retention_7d")).as("filled").isEqualTo(retention());
        insert(25);
        start();
        assertThat(answer("retention_7d")).as("and added to").isEqualTo(retention());
        // Killed between the view's creation and the filling.
        clickHouse.execute("TRUNCATE TABLE user_events_users");
        insert(25);
        start();
        assertThat(answer("retention_7d")).as("filled at the next start").isEqualTo(retention());
        assertThat(Instant.now().atZone(ZoneOffset.UTC).toLocalDate())
                .as("no midnight meanwhile")
                .isEqualTo(today);
    }
}
