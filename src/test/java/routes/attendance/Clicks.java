package routes.attendance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A click as it stands on the topic, with what a test wants otherwise. */
final class Clicks {
    private Clicks() {}

    /**
     * A click of student 100000 by employee 5000.
     *
     * @param replaced JSON by field; null leaves the field out
     */
    static String json(UUID id, Map<String, String> replaced) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("ID", '"' + id.toString() + '"');
        fields.put("JOURNAL_ID", "17");
        fields.put("STUDENT_ID", "100000");
        fields.put("LESSON_DATE", "\"2024-09-02\"");
        fields.put("ATTENDANCE_MARK", "1");
        fields.put("MARKED_BY", "\"5000\"");
        fields.put("DATE_CREATE", "\"2024-09-02T10:15:30.123\"");
        fields.put("LESSON_ID", "4");
        fields.put("TYPE_MARK", "null");
        fields.put("NUMBER_CERT", "null");
        fields.put("MARKED_BY_ROLE", "2");
        fields.putAll(replaced);
        List<String> json = new ArrayList<>();
        fields.forEach(
                (name, value) -> {
                    if (value != null) {
                        json.add('"' + name + "\": " + value);
                    }
                });
        return "{ " + String.join(", ", json) + " }";
    }

    static ConsumerRecord<byte[], byte[]> record(long offset, String value) {
        return new ConsumerRecord<>(
                "attendance_events", 2, offset, null, value.getBytes(StandardCharsets.UTF_8));
    }
}
