package routes;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AdminClientConfig;
import routes.clickhouse.ClickHouse;
import routes.settings.Settings;
import routes.settings.SettingsException;

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
        return postgres(settings, "postgres");
    }

    /** Connections to the second Postgres, the one that subscribes to the first. */
    public static HikariDataSource subscriber(Settings settings) {
        return postgres(settings, "subscriber");
    }

    private static HikariDataSource postgres(Settings settings, String name) {
        String prefix = "caravan." + name + ".";
        // Connects when it is first asked: not every runtime needs each server.
        HikariDataSource pool = new HikariDataSource();
        pool.setPoolName(name);
        pool.setJdbcUrl(settings.text(prefix + "url"));
        pool.setUsername(settings.text(prefix + "user"));
        pool.setPassword(settings.find(prefix + "password").orElse(""));
        pool.setMaximumPoolSize(settings.integer(prefix + "connections", 2, 1_000));
        pool.setConnectionTimeout(TimeUnit.SECONDS.toMillis(5));
        pool.setInitializationFailTimeout(-1);
        pool.setExceptionOverride(new RefusedStatement());
        pool.addDataSourceProperty("ApplicationName", "caravan");
        pool.setConnectionInitSql("SET TIME ZONE 'UTC'");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        pool.addDataSourceProperty("socketTimeout", "60");
        return pool;
    }

    /**
     * MongoDB, connected to when it is needed; who asks while it is away learns so after some
     * seconds, unless the address says otherwise.
     *
     * @throws SettingsException when the address is none
     */
    public static MongoClient mongodb(Settings settings) {
        ConnectionString address = mongodbAddress(settings);
        MongoClientSettings.Builder client =
                MongoClientSettings.builder()
                        .applicationName("caravan")
                        .applyConnectionString(address)
                        // A secondary can be behind: what was deleted would be found again.
                        .readPreference(ReadPreference.primary());
        if (address.getServerSelectionTimeout() == null) {
            client.applyToClusterSettings(
                    cluster -> cluster.serverSelectionTimeout(5, TimeUnit.SECONDS));
        }
        return MongoClients.create(client.build());
    }

    /** Where MongoDB is, without the account. */
    public static String mongodbHosts(Settings settings) {
        return String.join(",", mongodbAddress(settings).getHosts());
    }

    private static ConnectionString mongodbAddress(Settings settings) {
        String key = "caravan.mongodb.url";
        try {
            return new ConnectionString(settings.text(key));
        } catch (IllegalArgumentException e) {
            // Neither the value nor the driver's words: they may hold the password.
            throw new SettingsException(
                    key + ": is not an address such as mongodb://localhost:27017");
        }
    }

    /** ClickHouse as the account that writes. */
    public static ClickHouse clickHouse(Settings settings) {
        return clickHouse(settings, settings.duration("caravan.clickhouse.timeout"));
    }

    /** ClickHouse as the account that writes, for statements that take as long as this. */
    public static ClickHouse clickHouse(Settings settings, Duration timeout) {
        return clickHouse(settings, "caravan.clickhouse.", timeout);
    }

    /** Connections to ClickHouse by JDBC, as the account that writes; opened when needed. */
    public static HikariDataSource clickHouseSql(Settings settings) {
        HikariDataSource pool = new HikariDataSource();
        pool.setPoolName("clickhouse");
        pool.setJdbcUrl(
                "jdbc:clickhouse:"
                        + settings.text("caravan.clickhouse.url")
                        + "/"
                        + settings.identifier("caravan.clickhouse.database"));
        pool.setUsername(settings.text("caravan.clickhouse.user"));
        pool.setPassword(settings.find("caravan.clickhouse.password").orElse(""));
        pool.setMaximumPoolSize(4);
        pool.setMinimumIdle(0);
        pool.setConnectionTimeout(TimeUnit.SECONDS.toMillis(5));
        pool.setInitializationFailTimeout(-1);
        pool.addDataSourceProperty("client_name", "caravan");
        pool.addDataSourceProperty("compress", "false");
        pool.addDataSourceProperty("retry", "0");
        pool.addDataSourceProperty("connection_timeout", "5000");
        pool.addDataSourceProperty(
                "socket_timeout",
                Long.toString(settings.duration("caravan.clickhouse.timeout").toMillis()));
        if (quorum(settings)) {
            ClickHouse.QUORUM.forEach(
                    (name, value) ->
                            pool.addDataSourceProperty("clickhouse_setting_" + name, value));
        }
        return pool;
    }

    private static boolean quorum(Settings settings) {
        return settings.choice("caravan.clickhouse.quorum", "true", "false").equals("true");
    }

    /** ClickHouse as the account that only reads. */
    public static ClickHouse clickHouseReader(Settings settings) {
        return clickHouse(
                settings,
                "caravan.clickhouse.reader.",
                settings.duration("caravan.clickhouse.timeout"));
    }

    private static ClickHouse clickHouse(Settings settings, String account, Duration timeout) {
        return new ClickHouse(
                settings.text("caravan.clickhouse.url"),
                settings.identifier("caravan.clickhouse.database"),
                settings.text(account + "user"),
                settings.find(account + "password").orElse(""),
                quorum(settings),
                timeout);
    }
}
