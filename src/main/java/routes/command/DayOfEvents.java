package routes.command;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.GZIPOutputStream;

/** A day's file of sample events: the same day makes the same file, byte for byte. */
final class DayOfEvents {
    private static final int SESSIONS = 5;
    private static final int USERS = 5_000;
    private static final int MILLIS_OF_A_DAY = 86_400_000;

    private final LocalDate day;
    private final int lines;
    private final Map<String, Integer> types = new TreeMap<>();
    private long cents;

    DayOfEvents(LocalDate day, int lines) {
        this.day = day;
        this.lines = lines;
    }

    /** Writes the file, gzip, and counts what is in it. */
    void writeTo(OutputStream out) throws IOException {
        RandomGenerator random =
                RandomGeneratorFactory.of("L64X128MixRandom").create(day.toEpochDay());
        types.clear();
        cents = 0;
        GZIPOutputStream gzip = new GZIPOutputStream(out);
        Writer text = new OutputStreamWriter(gzip, StandardCharsets.UTF_8);
        for (int number = 1; number <= lines; number++) {
            text.write(line(number, random));
        }
        text.flush();
        gzip.finish();
    }

    private String line(int number, RandomGenerator random) {
        int user = 1 + random.nextInt(USERS);
        int millis = random.nextInt(MILLIS_OF_A_DAY);
        String type;
        String more = "";
        int kind = random.nextInt(100);
        if (kind < 60) {
            type = "page_view";
            more = ",\"page\":\"/lessons/" + random.nextInt(200) + "\"";
        } else if (kind < 85) {
            type = "task_completed";
            more =
                    ",\"task_id\":\"task-"
                            + (1 + random.nextInt(40))
                            + "\",\"task_result\":\""
                            + (random.nextInt(100) < 70 ? "success" : "fail")
                            + "\"";
        } else if (kind < 95) {
            type = "login";
        } else if (kind < 98) {
            type = "purchase";
            int price = 99 + 100 * random.nextInt(50);
            cents += price;
            more =
                    ",\"purchase_amount\":%d.%02d,\"currency\":\"EUR\""
                            .formatted(price / 100, price % 100);
        } else {
            type = "ab_test_assigned";
            more =
                    ",\"ab_test_id\":\"new-checkout\",\"ab_group\":\""
                            + (user % 2 == 0 ? "A" : "B")
                            + "\"";
        }
        types.merge(type, 1, Integer::sum);
        return "{\"event_id\":\"%s-%d\",\"user_id\":%d,\"event_type\":\"%s\",\"event_timestamp\":\"%sT%02d:%02d:%02d.%03dZ\",\"session_id\":\"%s-%d-%d\"%s}%n"
                .formatted(
                        day,
                        number,
                        user,
                        type,
                        day,
                        millis / 3_600_000,
                        millis / 60_000 % 60,
                        millis / 1_000 % 60,
                        millis % 1_000,
                        day,
                        user,
                        millis / (MILLIS_OF_A_DAY / SESSIONS),
                        more);
    }

    /** How many lines of a type were written. */
    int lines(String type) {
        return types.getOrDefault(type, 0);
    }

    int lines() {
        return lines;
    }

    /** All purchases together. */
    long cents() {
        return cents;
    }
}
