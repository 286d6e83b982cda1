package sandbox.clickhouse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import sandbox.Service;
import sandbox.Setup;

/**
 * The real ClickHouse engine as a library, behind ClickHouse's HTTP interface, on persistent data,
 * in UTC.
 */
public class ClickHouseService implements Service {
    private Engine engine;
    private HttpFront front;

    @Override
    public void start(Setup setup) throws Exception {
        Path library = new EngineLibrary(setup.cache(), setup.progress()).fetched();
        Path data = Files.createDirectories(setup.data().resolve("data"));
        engine = new Engine(library, data);
        // Atomic, which the engine's own `default` is not: EXCHANGE TABLES and refreshable views
        // need it.
        engine.text("CREATE DATABASE IF NOT EXISTS caravan ENGINE = Atomic");
        front =
                new HttpFront(
                        engine, Accounts.fromEnvironment(), emptySpool(setup.data()), setup.port());
    }

    /** What an earlier run has left there belongs to inserts that were never answered. */
    private static Path emptySpool(Path data) throws IOException {
        Path spool = Files.createDirectories(data.resolve("spool"));
        try (var files = Files.list(spool)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        return spool;
    }

    @Override
    public void stop() throws Exception {
        front.close();
        engine.close();
        Engine.exit();
    }
}
