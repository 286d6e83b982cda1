package routes;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import routes.clickhouse.ClickHouse;
import routes.settings.Settings;

/** How the settings say to reach the servers. */
public final class Servers {
    private Servers() {}

    /** What every Kafka client of this process starts from. */
    public static Map<String, Object> kafka(Settings settings) {
        Map<String, Object> kafka = new HashMap<>(settings.below("caravan.kafka.client."));
        kafka.put(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.text("caravan.kafka.brokers"));
        return kafka;
    }

    /** ClickHouse as the account that writes. */
    public static ClickHouse clickHouse(Settings settings) {
        return clickHouse(settings, "caravan.clickhouse.");
    }

    /** ClickHouse as the account that only reads. */
    public static ClickHouse clickHouseReader(Settings settings) {
        return clickHouse(settings, "caravan.clickhouse.reader.");
    }

    private static ClickHouse clickHouse(Settings settings, String account) {
        Duration timeout = settings.duration("caravan.clickhouse.timeout");
        return new ClickHouse(
                settings.text("caravan.clickhouse.url"),
                settings.identifier("caravan.clickhouse.database"),
                settings.text(account + "user"),
                settings.find(account + "password").orElse(""),
                settings.choice("caravan.clickhouse.quorum", "true", "false").equals("true"),
                timeout);
    }
}
