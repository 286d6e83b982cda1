package routes.marts;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseRefused;

/** Days in the tables of raw as the daily load leaves them, without files. */
final class RawDays {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A line of a day's file.
     *
     * @param amount of a purchase, as text
     * @param result of a task, success or fail
     */
    record Event(
            String id,
            String user,
            String type,
            LocalDateTime time,
            String amount,
            String task,
            String result,
            String test,
            String group) {
        static Event of(String id, String user, String type, LocalDateTime time) {
            return new Event(id, user, type, time, "0", "", "", "", "");
        }

        static Event purchase(String id, String user, LocalDateTime time, String amount) {
            return new Event(id, user, "purchase", time, amount, "", "", "", "");
        }

        static Event task(
                String id, String user, LocalDateTime time, String task, boolean success) {
            return new Event(
                    id,
                    user,
                    "task_completed",
                    time,
                    "0",
                    task,
                    success ? "success" : "fail",
                    "",
                    "");
        }

        static Event assigned(
                String id, String user, LocalDateTime time, String test, String group) {
            return new Event(id, user, "ab_test_assigned", time, "0", "", "", test, group);
        }
    }

    private final ClickHouse clickHouse;

    RawDays(ClickHouse clickHouse) {
        this.clickHouse = clickHouse;
    }

    /** Forgets all days. */
    void clear() {
        clickHouse.execute("TRUNCATE TABLE raw.lines");
        clickHouse.execute("TRUNCATE TABLE raw.loads");
    }

    /** Puts these events in place of what the day holds. */
    void load(LocalDate day, List<Event> events) throws ClickHouseRefused {
        clickHouse.execute("ALTER TABLE raw.lines DROP PARTITION '" + day + "'");
        if (!events.isEmpty()) {
            clickHouse.insert(
                    "raw.lines",
                    UUID.randomUUID().toString(),
                    out -> {
                        for (int i = 0; i < events.size(); i++) {
                            out.write(JSON.writeValueAsBytes(row(day, i + 1, events.get(i))));
                            out.write('\n');
                        }
                    });
        }
        clickHouse.insert(
                "raw.loads",
                UUID.randomUUID().toString(),
                out ->
                        out.write(
                                "{\"day\":\"%s\",\"file\":\"test\",\"outcome\":\"loaded\"}"
                                        .formatted(day)
                                        .getBytes(StandardCharsets.UTF_8)));
    }

    private static Map<String, Object> row(LocalDate day, int line, Event event) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("day", day.toString());
        row.put("line_number", line);
        row.put("event_id", event.id());
        row.put("user_id", event.user());
        row.put("event_type", event.type());
        row.put("event_timestamp", event.time().toString());
        row.put("purchase_amount", event.amount());
        row.put("task_id", event.task());
        row.put("task_result", event.result());
        row.put("ab_test_id", event.test());
        row.put("ab_group", event.group());
        return row;
    }
}
