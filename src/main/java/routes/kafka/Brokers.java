package routes.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import routes.settings.Settings;

/** How the settings say to reach Kafka. */
public final class Brokers {
    private Brokers() {}

    /** What every Kafka client of this process starts from. */
    public static Map<String, Object> properties(Settings settings) {
        Map<String, Object> kafka = new HashMap<>(settings.below("caravan.kafka.client."));
        kafka.put(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.text("caravan.kafka.brokers"));
        return kafka;
    }
}
