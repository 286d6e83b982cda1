package routes.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.GZIPOutputStream;

/**
 * A day's file of sample events of a service for learners: the same day of the same service makes
 * the same file, byte for byte.
 *
 * <p>Each day brings new users, weekends fewer; they come back ever less often, solve tasks that
 * get easier to them with time, and some buy. Two A/B tests run: new-checkout makes group B buy
 * more, hints (control, early, late) makes early succeed more. A few users are assigned twice.
 */
final class DayOfEvents {
    private static final LocalDate ORIGIN = LocalDate.of(2026, 1, 1);
    private static final int NEW_USERS = 160;
    private static final int TASKS = 40;
    private static final int SECONDS_OF_A_DAY = 86_400;
    private static final String[] HINTS = {"control", "early", "late"};

    private final LocalDate start;
    private final LocalDate day;
    private final Map<String, Integer> types = new TreeMap<>();
    private int users;
    private int number;
    private long cents;
    private Writer text;

    /**
     * @param start the day on which the service opened: nobody came before
     */
    DayOfEvents(LocalDate start, LocalDate day) {
        this.start = start;
        this.day = day;
    }

    /** Writes the file, gzip, and counts what is in it. */
    void writeTo(OutputStream out) throws IOException {
        types.clear();
        users = 0;
        number = 0;
        cents = 0;
        GZIPOutputStream gzip = new GZIPOutputStream(out);
        text = new OutputStreamWriter(gzip, StandardCharsets.UTF_8);
        for (LocalDate joined = start; !joined.isAfter(day); joined = joined.plusDays(1)) {
            int came = weekend(joined) ? NEW_USERS * 3 / 4 : NEW_USERS;
            for (int i = 0; i < came; i++) {
                visit(joined, (int) ChronoUnit.DAYS.between(ORIGIN, joined) * NEW_USERS + i);
            }
        }
        text.flush();
        gzip.finish();
    }

    private static boolean weekend(LocalDate day) {
        return day.getDayOfWeek().getValue() > 5;
    }

    private RandomGenerator random(int user) {
        return RandomGeneratorFactory.of("L64X128MixRandom")
                .create(day.toEpochDay() * 1_000_003L + user);
    }

    private void visit(LocalDate joined, int user) throws IOException {
        long age = ChronoUnit.DAYS.between(joined, day);
        RandomGenerator random = random(user);
        // About 40 % come back the day after, 15 % a week later, 7 % a month later.
        double back = 0.4 * Math.pow(age, -0.5) * (weekend(day) ? 0.8 : 1);
        if (age > 0 && random.nextDouble() >= back) {
            return;
        }
        users++;
        int sessions = 1 + random.nextInt(2);
        for (int session = 0; session < sessions; session++) {
            session(random, user, age, session, sessions);
        }
    }

    private void session(RandomGenerator random, int user, long age, int session, int sessions)
            throws IOException {
        int span = SECONDS_OF_A_DAY / sessions;
        int second = session * span + random.nextInt(span / 2);
        String id = day + "-" + user + "-" + session;
        second = write(random, user, id, second, "login", "");
        String hints = HINTS[user % HINTS.length];
        if (age == 0 && session == 0) {
            second =
                    assign(random, user, id, second, "new-checkout", user / 3 % 2 == 0 ? "A" : "B");
            second = assign(random, user, id, second, "hints", hints);
            if (user % 200 == 7) {
                second = assign(random, user, id, second, "hints", "late");
            }
        }
        int steps = 2 + random.nextInt(8);
        for (int step = 0; step < steps; step++) {
            second =
                    write(
                            random,
                            user,
                            id,
                            second,
                            "page_view",
                            ",\"page\":\"/lessons/" + random.nextInt(200) + "\"");
            if (random.nextInt(100) < 45) {
                int task = 1 + random.nextInt(TASKS);
                double skill =
                        0.85
                                - 0.4 * task / TASKS
                                + 0.005 * Math.min(age, 20)
                                + (hints.equals("early") ? 0.04 : 0);
                second =
                        write(
                                random,
                                user,
                                id,
                                second,
                                "task_completed",
                                ",\"task_id\":\"task-%02d\",\"task_result\":\"%s\""
                                        .formatted(
                                                task,
                                                random.nextDouble() < skill ? "success" : "fail"));
            }
        }
        if (random.nextInt(1_000) < (user / 3 % 2 == 0 ? 40 : 55)) {
            int price = 99 + 100 * random.nextInt(50);
            cents += price;
            write(
                    random,
                    user,
                    id,
                    second,
                    "purchase",
                    ",\"purchase_amount\":%d.%02d,\"currency\":\"EUR\""
                            .formatted(price / 100, price % 100));
        }
    }

    private int assign(
            RandomGenerator random, int user, String session, int second, String test, String group)
            throws IOException {
        return write(
                random,
                user,
                session,
                second,
                "ab_test_assigned",
                ",\"ab_test_id\":\"%s\",\"ab_group\":\"%s\"".formatted(test, group));
    }

    /** Returns when the next event of the session may be. */
    private int write(
            RandomGenerator random, int user, String session, int second, String type, String more)
            throws IOException {
        types.merge(type, 1, Integer::sum);
        number++;
        text.write(
                "{\"event_id\":\"%s-%d\",\"user_id\":%d,\"event_type\":\"%s\",\"event_timestamp\":\"%sT%02d:%02d:%02d.%03dZ\",\"session_id\":\"%s\"%s}%n"
                        .formatted(
                                day,
                                number,
                                user,
                                type,
                                day,
                                second / 3_600,
                                second / 60 % 60,
                                second % 60,
                                random.nextInt(1_000),
                                session,
                                more));
        return Math.min(second + 2 + random.nextInt(120), SECONDS_OF_A_DAY - 1);
    }

    /** How many lines of a type were written. */
    int lines(String type) {
        return types.getOrDefault(type, 0);
    }

    int lines() {
        return number;
    }

    /** How many users had an event. */
    int users() {
        return users;
    }

    /** All purchases together. */
    long cents() {
        return cents;
    }
}
