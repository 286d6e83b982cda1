package routes.runtime;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Map;
import javax.sql.DataSource;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.kafka.Brokers;
import routes.settings.Settings;
import routes.sql.Databases;

/** The connections that all pipelines of a process share; each is opened when it is needed. */
final class Connections implements AutoCloseable {
    final HikariDataSource postgres;
    final HikariDataSource subscriber;
    final ClickHouse clickHouse;

    /** ClickHouse for sql: endpoints. */
    final HikariDataSource clickHouseSql;

    final Map<String, Object> kafka;

    Connections(Settings settings) {
        postgres = Databases.postgres(settings);
        subscriber = Databases.subscriber(settings);
        clickHouse = ClickHouseServer.writer(settings);
        clickHouseSql = ClickHouseServer.pool(settings);
        kafka = Brokers.properties(settings);
    }

    /** The Postgres servers, by the name that {@code caravan.outbox.NAME.server} gives. */
    Map<String, DataSource> databases() {
        return Map.of("postgres", postgres, "subscriber", subscriber);
    }

    @Override
    public void close() {
        clickHouse.close();
        clickHouseSql.close();
        subscriber.close();
        postgres.close();
    }
}
