package routes.marts;

import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import routes.marts.RawDays.Event;
import routes.marts.Statistics.Comparison;
import routes.marts.Statistics.Tasks;

/**
 * What the marts must hold of some days' files, calculated event by event from the definitions,
 * with nothing of ClickHouse. A row is its values in the order of the mart's columns.
 */
final class Reference {
    private record Placed(LocalDate date, Event event) {}

    private final List<Placed> events = new ArrayList<>();
    private final LocalDate first;
    private final LocalDate last;

    /**
     * @param files each day's lines in their order
     */
    Reference(SortedMap<LocalDate, List<Event>> files) {
        last = files.lastKey();
        Set<String> ids = new HashSet<>();
        files.forEach(
                (day, lines) -> {
                    for (Event event : lines) {
                        LocalDate own = event.time().toLocalDate();
                        long ahead = ChronoUnit.DAYS.between(day, own);
                        LocalDate date = ahead < -30 || ahead > 1 ? day : own;
                        if (ids.add(event.id()) && !date.isAfter(last)) {
                            events.add(new Placed(date, event));
                        }
                    }
                });
        first = events.stream().map(Placed::date).min(LocalDate::compareTo).orElseThrow();
    }

    private List<LocalDate> days() {
        return first.datesUntil(last.plusDays(1)).toList();
    }

    private Set<String> users(Predicate<Placed> which) {
        Set<String> users = new HashSet<>();
        events.stream().filter(which).forEach(placed -> users.add(placed.event().user()));
        return users;
    }

    private Set<String> usersFrom(LocalDate from, LocalDate to) {
        return users(placed -> !placed.date().isBefore(from) && !placed.date().isAfter(to));
    }

    private static Double share(Number part, Number whole) {
        return whole.doubleValue() == 0 ? null : part.doubleValue() / whole.doubleValue();
    }

    private static List<Object> row(Object... values) {
        return Arrays.asList(values);
    }

    List<List<Object>> activity() {
        return days().stream()
                .map(
                        day -> {
                            int dau = usersFrom(day, day).size();
                            int wau = usersFrom(day.minusDays(6), day).size();
                            int mau = usersFrom(day.minusDays(29), day).size();
                            return row(
                                    day,
                                    dau,
                                    wau,
                                    mau,
                                    share(dau, wau),
                                    share(dau, mau),
                                    share(wau, mau));
                        })
                .toList();
    }

    private static boolean isTask(Event event) {
        return event.type().equals("task_completed");
    }

    private static boolean isPurchase(Event event) {
        return event.type().equals("purchase");
    }

    private Stream<Event> on(LocalDate day) {
        return events.stream().filter(placed -> placed.date().equals(day)).map(Placed::event);
    }

    private static long successes(List<Event> tasks) {
        return tasks.stream().filter(task -> task.result().equals("success")).count();
    }

    List<List<Object>> learning() {
        return days().stream()
                .map(
                        day -> {
                            List<Event> tasks = on(day).filter(Reference::isTask).toList();
                            return row(
                                    day,
                                    tasks.size(),
                                    successes(tasks),
                                    share(successes(tasks), tasks.size()));
                        })
                .toList();
    }

    List<List<Object>> learningTasks() {
        List<List<Object>> rows = new ArrayList<>();
        for (LocalDate day : days()) {
            SortedMap<String, List<Event>> byTask = new TreeMap<>();
            on(day).filter(Reference::isTask)
                    .forEach(
                            event ->
                                    byTask.computeIfAbsent(event.task(), task -> new ArrayList<>())
                                            .add(event));
            byTask.forEach(
                    (task, done) ->
                            rows.add(
                                    row(
                                            day,
                                            task,
                                            done.stream().map(Event::user).distinct().count(),
                                            done.size(),
                                            successes(done),
                                            share(successes(done), done.size()))));
        }
        return rows;
    }

    private Map<String, LocalDate> firstDays() {
        Map<String, LocalDate> days = new LinkedHashMap<>();
        for (Placed placed : events) {
            days.merge(placed.event().user(), placed.date(), (a, b) -> a.isBefore(b) ? a : b);
        }
        return days;
    }

    private Set<String> cohort(LocalDate day) {
        Set<String> users = new HashSet<>();
        firstDays()
                .forEach(
                        (user, first) -> {
                            if (first.equals(day)) {
                                users.add(user);
                            }
                        });
        return users;
    }

    List<List<Object>> retention() {
        List<List<Object>> rows = new ArrayList<>();
        for (LocalDate day : days()) {
            Set<String> cohort = cohort(day);
            List<Object> row = new ArrayList<>(row(day, cohort.size()));
            List<Object> shares = new ArrayList<>();
            for (int after : new int[] {1, 7, 14, 30}) {
                LocalDate later = day.plusDays(after);
                Set<String> returned = usersFrom(later, later);
                returned.retainAll(cohort);
                boolean reached = !later.isAfter(last);
                row.add(reached ? returned.size() : null);
                shares.add(reached ? share(returned.size(), cohort.size()) : null);
            }
            row.addAll(shares);
            rows.add(row);
        }
        return rows;
    }

    private static LocalDate monday(LocalDate day) {
        return day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    }

    List<List<Object>> cohorts() {
        List<List<Object>> rows = new ArrayList<>();
        Map<String, LocalDate> firstDays = firstDays();
        Set<LocalDate> weeks = new TreeSet<>();
        firstDays.values().forEach(day -> weeks.add(monday(day)));
        for (LocalDate week : weeks) {
            Set<String> cohort = users(p -> monday(firstDays.get(p.event().user())).equals(week));
            int number = 0;
            for (LocalDate then = week; !then.isAfter(last); then = then.plusWeeks(1)) {
                LocalDate end = then.plusDays(6);
                Set<String> active = usersFrom(then, end);
                active.retainAll(cohort);
                boolean over = !end.isAfter(last);
                rows.add(
                        row(
                                week,
                                number++,
                                cohort.size(),
                                over ? active.size() : null,
                                over ? share(active.size(), cohort.size()) : null));
            }
        }
        return rows;
    }

    private static BigDecimal revenue(List<Event> purchases) {
        return purchases.stream()
                .map(purchase -> new BigDecimal(purchase.amount()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    List<List<Object>> money() {
        return days().stream()
                .map(
                        day -> {
                            int active = usersFrom(day, day).size();
                            List<Event> bought = on(day).filter(Reference::isPurchase).toList();
                            long buyers = bought.stream().map(Event::user).distinct().count();
                            BigDecimal revenue = revenue(bought);
                            return row(
                                    day,
                                    active,
                                    buyers,
                                    bought.size(),
                                    revenue,
                                    share(buyers, active),
                                    share(revenue, active),
                                    share(revenue, buyers));
                        })
                .toList();
    }

    List<List<Object>> ltv() {
        return days().stream()
                .map(
                        day -> {
                            Set<String> cohort = cohort(day);
                            List<Event> bought = boughtBefore(cohort, LocalDate.MAX);
                            BigDecimal revenue = revenue(bought);
                            List<Object> row =
                                    new ArrayList<>(
                                            row(
                                                    day,
                                                    ChronoUnit.DAYS.between(day, last),
                                                    cohort.size(),
                                                    bought.stream()
                                                            .map(Event::user)
                                                            .distinct()
                                                            .count(),
                                                    revenue,
                                                    share(revenue, cohort.size())));
                            for (int age : new int[] {7, 14, 28}) {
                                LocalDate end = day.plusDays(age);
                                row.add(
                                        end.minusDays(1).isAfter(last)
                                                ? null
                                                : share(
                                                        revenue(boughtBefore(cohort, end)),
                                                        cohort.size()));
                            }
                            return row;
                        })
                .toList();
    }

    private List<Event> boughtBefore(Set<String> cohort, LocalDate end) {
        return events.stream()
                .filter(placed -> placed.date().isBefore(end))
                .map(Placed::event)
                .filter(Reference::isPurchase)
                .filter(event -> cohort.contains(event.user()))
                .toList();
    }

    private record Member(String user, LocalDateTime since, Set<String> groups) {}

    private SortedMap<String, List<Member>> members() {
        SortedMap<String, List<Member>> tests = new TreeMap<>();
        Set<String> names = new TreeSet<>();
        List<Event> assigned =
                events.stream()
                        .map(Placed::event)
                        .filter(event -> event.type().equals("ab_test_assigned"))
                        .toList();
        assigned.forEach(event -> names.add(event.test()));
        for (String test : names) {
            Map<String, Member> users = new TreeMap<>();
            for (Event event : assigned) {
                if (event.test().equals(test)) {
                    Member member = users.get(event.user());
                    Set<String> groups = member == null ? new TreeSet<>() : member.groups();
                    groups.add(event.group());
                    boolean earlier = member == null || event.time().isBefore(member.since());
                    users.put(
                            event.user(),
                            new Member(
                                    event.user(), earlier ? event.time() : member.since(), groups));
                }
            }
            tests.put(test, List.copyOf(users.values()));
        }
        return tests;
    }

    List<List<Object>> conflicts() {
        List<List<Object>> rows = new ArrayList<>();
        members()
                .forEach(
                        (test, members) ->
                                members.stream()
                                        .filter(member -> member.groups().size() > 1)
                                        .forEach(
                                                member ->
                                                        rows.add(
                                                                row(
                                                                        test,
                                                                        member.user(),
                                                                        String.join(
                                                                                ",",
                                                                                member
                                                                                        .groups())))));
        return rows;
    }

    private List<Event> since(Member member, Predicate<Event> which) {
        return events.stream()
                .map(Placed::event)
                .filter(event -> event.user().equals(member.user()))
                .filter(event -> !event.time().isBefore(member.since()))
                .filter(which)
                .toList();
    }

    /**
     * A group's users, each by tasks, successes and revenue; null revenue of who has not bought.
     */
    private record Outcomes(List<Tasks> tasks, List<BigDecimal> revenues) {
        int users() {
            return tasks.size();
        }

        long buyers() {
            return revenues.stream().filter(Objects::nonNull).count();
        }

        double[] spent() {
            return revenues.stream().mapToDouble(r -> r == null ? 0 : r.doubleValue()).toArray();
        }
    }

    List<List<Object>> abTests() {
        List<List<Object>> rows = new ArrayList<>();
        members().forEach((test, members) -> rows.addAll(abTest(test, members)));
        return rows;
    }

    private List<List<Object>> abTest(String test, List<Member> members) {
        SortedMap<String, Outcomes> groups = new TreeMap<>();
        for (Member member : members) {
            if (member.groups().size() == 1) {
                Outcomes group =
                        groups.computeIfAbsent(
                                member.groups().iterator().next(),
                                name -> new Outcomes(new ArrayList<>(), new ArrayList<>()));
                List<Event> tasks = since(member, Reference::isTask);
                List<Event> bought = since(member, Reference::isPurchase);
                group.tasks().add(new Tasks(tasks.size(), successes(tasks)));
                group.revenues().add(bought.isEmpty() ? null : revenue(bought));
            }
        }
        String control =
                groups.keySet().stream()
                        .filter(name -> name.equalsIgnoreCase("control"))
                        .findFirst()
                        .orElse(groups.firstKey());
        Outcomes base = groups.get(control);
        List<List<Object>> rows = new ArrayList<>();
        groups.forEach(
                (name, group) -> {
                    boolean same = name.equals(control);
                    List<Object> row = new ArrayList<>();
                    row.addAll(row(test, name, control, group.users()));
                    row.add(group.tasks().stream().mapToLong(Tasks::tasks).sum());
                    row.add(group.tasks().stream().mapToLong(Tasks::successes).sum());
                    row.add(group.buyers());
                    row.add(
                            group.revenues().stream()
                                    .filter(Objects::nonNull)
                                    .reduce(BigDecimal.ZERO, BigDecimal::add));
                    add(
                            row,
                            Statistics.share(group.tasks()),
                            same ? null : Statistics.shares(group.tasks(), base.tasks()));
                    add(
                            row,
                            (double) group.buyers() / group.users(),
                            same
                                    ? null
                                    : Statistics.conversions(
                                            group.buyers(),
                                            group.users(),
                                            base.buyers(),
                                            base.users()));
                    add(
                            row,
                            Statistics.mean(group.spent()),
                            same ? null : Statistics.means(group.spent(), base.spent()));
                    rows.add(row);
                });
        return rows;
    }

    private static void add(List<Object> row, double value, Comparison comparison) {
        row.add(number(value));
        row.add(comparison == null ? null : number(comparison.difference()));
        row.add(comparison == null ? null : number(comparison.low()));
        row.add(comparison == null ? null : number(comparison.high()));
        row.add(comparison == null ? null : number(comparison.p()));
    }

    private static Double number(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
