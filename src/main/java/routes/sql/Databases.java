package routes.sql;

import com.zaxxer.hikari.HikariDataSource;
import java.util.concurrent.TimeUnit;
import routes.settings.Settings;

/** The Postgres servers, as the settings say to reach them. */
public final class Databases {
    private Databases() {}

    /**
     * Connections to Postgres, opened when they are needed; in UTC. What a frozen process holds is
     * free after 25 s.
     */
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
        pool.setJdbcUrl(
                settings.url(
                        prefix + "url",
                        "jdbc:postgresql:",
                        "jdbc:postgresql://localhost:5432/caravan"));
        pool.setUsername(settings.text(prefix + "user"));
        pool.setPassword(settings.find(prefix + "password").orElse(""));
        pool.setMaximumPoolSize(settings.integer(prefix + "connections", 2, 1_000));
        pool.setConnectionTimeout(TimeUnit.SECONDS.toMillis(5));
        pool.setInitializationFailTimeout(-1);
        pool.setExceptionOverride(new RefusedStatement());
        pool.addDataSourceProperty("ApplicationName", "caravan");
        pool.setConnectionInitSql(SqlFile.text("classpath:sql/postgres/session.sql"));
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        pool.addDataSourceProperty("socketTimeout", "60");
        return pool;
    }
}
