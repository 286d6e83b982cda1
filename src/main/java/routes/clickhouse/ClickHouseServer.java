package routes.clickhouse;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import routes.settings.Settings;

/** How the settings say to reach ClickHouse. */
public final class ClickHouseServer {
    private ClickHouseServer() {}

    /** ClickHouse as the account that writes. */
    public static ClickHouse writer(Settings settings) {
        return writer(settings, settings.duration("caravan.clickhouse.timeout"));
    }

    /** ClickHouse as the account that writes, for statements that take as long as this. */
    public static ClickHouse writer(Settings settings, Duration timeout) {
        return writer(settings, "caravan.clickhouse.", timeout);
    }

    /** Connections to ClickHouse by JDBC, as the account that writes; opened when needed. */
    public static HikariDataSource pool(Settings settings) {
        HikariDataSource pool = new HikariDataSource();
        pool.setPoolName("clickhouse");
        pool.setJdbcUrl(
                "jdbc:clickhouse:"
                        + url(settings)
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

    private static String url(Settings settings) {
        return settings.url("caravan.clickhouse.url", "https?://", "http://localhost:8123");
    }

    private static boolean quorum(Settings settings) {
        return settings.choice("caravan.clickhouse.quorum", "true", "false").equals("true");
    }

    /** ClickHouse as the account that only reads. */
    public static ClickHouse reader(Settings settings) {
        return writer(
                settings,
                "caravan.clickhouse.reader.",
                settings.duration("caravan.clickhouse.timeout"));
    }

    private static ClickHouse writer(Settings settings, String account, Duration timeout) {
        return new ClickHouse(
                url(settings),
                settings.identifier("caravan.clickhouse.database"),
                settings.text(account + "user"),
                settings.find(account + "password").orElse(""),
                quorum(settings) ? ClickHouse.QUORUM : Map.of(),
                timeout);
    }
}
