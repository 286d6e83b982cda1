package sandbox.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import org.postgresql.ds.PGSimpleDataSource;
import sandbox.Service;
import sandbox.Setup;

/**
 * The real Postgres server: logical replication switched on, durable, on persistent data. Several
 * can run side by side, one to publish and one to subscribe, say.
 *
 * <p>The first start creates role and database {@code caravan}; the password is taken from {@code
 * CARAVAN_POSTGRES_PASSWORD} (of a service with another name, {@code CARAVAN_NAME_PASSWORD};
 * default {@code caravan}) and set anew at each start. The superuser {@code postgres} is trusted
 * from this machine.
 *
 * <p>The role is no superuser. It owns its database, which lets it create publications for its own
 * tables; {@code REPLICATION} and {@code CREATEROLE} let it make accounts that subscriptions of
 * other servers log in with; and membership in {@code pg_create_subscription} lets it create
 * subscriptions, with a password in their connection string.
 */
public class PostgresService implements Service {
    private Postmaster postmaster;

    @Override
    public void start(Setup setup) throws Exception {
        Path complete = setup.data().resolve("complete");
        Commands commands =
                new Commands(Binaries.unpacked(setup.cache(), setup.progress()), setup.log());
        postmaster =
                new Postmaster(
                        setup.data().resolve("cluster"),
                        setup.port(),
                        System.getProperty("sandbox.postgres.shared_buffers", "256MB"),
                        commands);
        postmaster.stopLeftOver();
        if (!Files.exists(complete)) {
            postmaster.createCluster();
        }
        postmaster.start();
        String password = "CARAVAN_" + setup.name().toUpperCase(Locale.ROOT) + "_PASSWORD";
        createAccount(setup.port(), System.getenv().getOrDefault(password, "caravan"));
        if (!Files.exists(complete)) {
            Files.createFile(complete);
        }
    }

    private static void createAccount(int port, String password) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setUser("postgres");
        source.setDatabaseName("postgres");
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            if (!exists(statement, "select 1 from pg_roles where rolname = 'caravan'")) {
                statement.execute("create role caravan");
            }
            statement.execute(
                    "alter role caravan login replication createrole password "
                            + statement.enquoteLiteral(password));
            statement.execute("grant pg_create_subscription to caravan");
            if (!exists(statement, "select 1 from pg_database where datname = 'caravan'")) {
                statement.execute("create database caravan owner caravan");
            }
        }
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        return statement.executeQuery(query).next();
    }

    @Override
    public long pid() {
        return postmaster.pid();
    }

    @Override
    public void stop() throws IOException, InterruptedException {
        postmaster.stop();
    }
}
