package routes.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import routes.settings.Settings;

/** How the settings say to reach Kafka. */
public final class Brokers {
    private static final int ANSWER_MS = 4_000;

    private Brokers() {}

    /** What every Kafka client of this process starts from. */
    public static Map<String, Object> properties(Settings settings) {
        Map<String, Object> kafka = new HashMap<>(settings.below("caravan.kafka.client."));
        kafka.put(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.text("caravan.kafka.brokers"));
        return kafka;
    }

    /** For questions that a person waits for: an answer that takes longer than 4 s is none. */
    public static Admin impatient(Settings settings) {
        Map<String, Object> kafka = properties(settings);
        kafka.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MS);
        kafka.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MS);
        return Admin.create(kafka);
    }
}
