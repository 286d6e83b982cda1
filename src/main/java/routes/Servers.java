package routes;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

    /** Connections to Postgres, opened when they are needed; in UTC. */
    public static HikariDataSource postgres(Settings settings) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("postgres");
        config.setJdbcUrl(settings.text("caravan.postgres.url"));
        config.setUsername(settings.text("caravan.postgres.user"));
        config.setPassword(settings.find("caravan.postgres.password").orElse(""));
        config.setMaximumPoolSize(settings.integer("caravan.postgres.connections", 2, 1_000));
        config.setConnectionTimeout(TimeUnit.SECONDS.toMillis(5));
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("ApplicationName", "caravan");
        config.setConnectionInitSql("SET TIME ZONE 'UTC'");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("socketTimeout", "60");
        return new HikariDataSource(config);
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
