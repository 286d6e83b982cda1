package bench;

import java.io.IOException;
import java.time.LocalDate;

/** Made-up days of raw events, as the daily load leaves them. */
final class RawEvents {
    /**
     * Users come back for some days after their first; a day has about 10,000 of them. One
     * assignment in a thousand puts its user into the other group too.
     */
    private static final String EVENTS =
            "INSERT INTO raw.lines SELECT toDate('{first day}') + intDiv(number, {a day}) AS day,"
                + " number % {a day} + 1, '', toString(day) || '-' || toString(number),"
                + " toString(least(rand(1) % 10000, rand(2) % 10000) + 2000 * intDiv(number, {a"
                + " day})) AS user, ['page_view', 'page_view', 'page_view', 'login',"
                + " 'task_completed', 'task_completed', 'task_completed', 'page_view', 'purchase',"
                + " 'ab_test_assigned'][1 + rand(3) % 10] AS type, toDateTime64(day, 3, 'UTC') +"
                + " rand(4) % 86400, user || toString(day), if(type = 'purchase',"
                + " toDecimal64(rand(5) % 10000 / 100, 4), 0), if(type = 'task_completed', 'task-'"
                + " || toString(rand(6) % 40), ''), if(type = 'task_completed', if(rand(7) % 10 <"
                + " 7, 'success', 'fail'), ''), if(type = 'ab_test_assigned', 'checkout', ''),"
                + " if(type = 'ab_test_assigned', if(cityHash64(user) % 2 = (rand(8) % 1000 = 0),"
                + " 'A', 'B'), ''), '{\"page\":\"/lessons\"}' FROM numbers({events}) SETTINGS"
                + " max_partitions_per_insert_block = 1000";

    /** As many as a day may have before it is refused. */
    private static final String REJECTED_LINES =
            "INSERT INTO raw.rejected_lines SELECT day, 'events/' || toString(day) || '.jsonl',"
                    + " line_number, 'no JSON object', repeat('x', 200) FROM raw.lines WHERE"
                    + " line_number % 100 = 0 SETTINGS max_partitions_per_insert_block = 1000";

    private static final String LOADS =
            "INSERT INTO raw.loads (day, file, bytes, lines, events, rejected, seconds, outcome)"
                    + " SELECT day, 'events/' || toString(day) || '.jsonl', 200 * count(), count(),"
                    + " count(), intDiv(count(), 100), 1, 'loaded' FROM raw.lines GROUP BY day";

    private RawEvents() {}

    /** In place of all raw events, so many on each of the days from {@code first} on. */
    static void fill(Lab lab, int events, LocalDate first, int days)
            throws IOException, InterruptedException {
        // Makes the tables of raw and the views.
        lab.command("marts", "status");
        for (String table : new String[] {"lines", "rejected_lines", "loads"}) {
            lab.clickHouse("TRUNCATE TABLE raw." + table);
        }
        lab.clickHouse(
                EVENTS.replace("{events}", Integer.toString(events))
                        .replace("{first day}", first.toString())
                        .replace("{a day}", Integer.toString((events + days - 1) / days)));
        lab.clickHouse(REJECTED_LINES);
        lab.clickHouse(LOADS);
    }
}
