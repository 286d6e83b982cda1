package routes.demo;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import routes.command.TextTable;

/** The demo's main job: rows of Postgres arrive in ClickHouse, and a second pass sends nothing. */
final class DemoPipelines {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int POLLS_OF_THE_SECOND_PASS = 10;

    private final DemoRows rows;
    private final MeterRegistry meters;
    private final String log;
    private final Screen screen;

    /**
     * @param meters of the runtime
     * @param log the file that its log is in
     */
    DemoPipelines(DemoRows rows, MeterRegistry meters, String log, Screen screen) {
        this.rows = rows;
        this.meters = meters;
        this.log = log;
        this.screen = screen;
    }

    /** True if everything has arrived, each row once, and is not sent again. */
    boolean hold() throws Exception {
        return arrive() && secondPass();
    }

    private boolean arrive() throws Exception {
        Map<String, Integer> inserted = rows.insert();
        long committed = System.nanoTime();
        int count = inserted.values().stream().mapToInt(Integer::intValue).sum();
        screen.say(
                count == 0
                        ? "The sample rows are in Postgres from an earlier demo."
                        : "Inserted into Postgres: "
                                + inserted.get("user_login")
                                + " rows of user_login, "
                                + inserted.get("user_events")
                                + " of user_events. Waiting for them in ClickHouse ...");
        if (!screen.within(PATIENCE, rows::arrived)) {
            return missing("Not everything is in ClickHouse");
        }
        long ms = (System.nanoTime() - committed) / 1_000_000;
        screen.say("");
        screen.say("ClickHouse, table user_login, the ten sample rows:");
        screen.show(logins(rows.logins()));
        screen.say("");
        screen.say(
                count == 0
                        ? "Each is there once."
                        : "All "
                                + count
                                + " rows seen in ClickHouse "
                                + ms
                                + " ms after their COMMIT in Postgres, each once.");
        return true;
    }

    private boolean missing(String what) {
        screen.say(what + " after " + PATIENCE.toSeconds() + " s:");
        rows.missing().forEach(line -> screen.say("  " + line));
        screen.say("The log is " + log + "; services' logs are beside it.");
        return false;
    }

    private static TextTable logins(List<Map<String, Object>> logins) {
        TextTable table =
                new TextTable("id", "username", "event_type", "event_time", "ms from commit");
        logins.forEach(
                row ->
                        table.add(
                                row.get("id"),
                                row.get("username"),
                                row.get("event_type"),
                                row.get("event_time"),
                                row.get("ms")));
        return table;
    }

    /** True if more polls sent nothing and changed nothing, neither in Kafka nor in ClickHouse. */
    private boolean secondPass() throws Exception {
        if (!screen.within(PATIENCE, rows::noted)) {
            return missing("Not every row is noted as sent in Postgres");
        }
        Map<String, Object> before = rows.state();
        double sent = counted("caravan.outbox.rows.sent");
        // As many polls of both tables together as would be enough for one: both poll alike.
        double enough = counted("caravan.outbox.polls") + 2 * POLLS_OF_THE_SECOND_PASS;
        if (!screen.within(PATIENCE, () -> counted("caravan.outbox.polls") >= enough)) {
            screen.say("The outboxes do not poll any more; see " + log);
            return false;
        }
        long again = (long) (counted("caravan.outbox.rows.sent") - sent);
        Map<String, Object> after = rows.state();
        if (again == 0 && before.equals(after) && rows.arrived()) {
            screen.say(
                    "Second pass: "
                            + POLLS_OF_THE_SECOND_PASS
                            + " more polls of each table sent 0 rows; the ends of the topics and"
                            + " the rows in ClickHouse are unchanged.");
            return true;
        }
        screen.say(
                "Second pass: something was sent again, and nothing should be: rows sent " + again);
        screen.say("Before, and after:");
        screen.show(TextTable.of(before, after));
        return false;
    }

    private double counted(String name) {
        return meters.find(name).counters().stream()
                .filter(counter -> DemoRows.TABLES.contains(counter.getId().getTag("pipeline")))
                .mapToDouble(Counter::count)
                .sum();
    }
}
