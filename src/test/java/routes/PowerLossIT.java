package routes;

import static org.assertj.core.api.Assertions.assertThat;

import harness.EventTable;
import harness.Replay;
import harness.RuntimeProcess;
import harness.Services;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * What a loss of power leaves of ClickHouse: what was fsynced. Whether an insert was is counted by
 * ClickHouse itself; what was not is cut off while it is down.
 */
class PowerLossIT {
    private static final int ROWS = 500;

    /** An insert fills the table, the list of keys, the sums, and the users of days. */
    private static final List<String> FILLED = List.of("", "_keys", "_daily", "_users");

    private static Map<String, String> environment(EventTable table, String name, boolean fsync) {
        Map<String, String> environment = table.environment();
        String variable = name.toUpperCase(Locale.ROOT);
        environment.put("CARAVAN_OUTBOX_" + variable + "_PARTITIONS", "1");
        // Long enough for all rows of an insert to be one batch.
        environment.put("CARAVAN_SINK_" + variable + "_LINGER", "2s");
        environment.put("CARAVAN_SINK_" + variable + "_FSYNC", Boolean.toString(fsync));
        return environment;
    }

    /** What ClickHouse has fsynced since its start: files, directories. */
    private record Syncs(long files, long directories) {
        static Syncs of(EventTable table) {
            return new Syncs(count(table, "FileSync"), count(table, "DirectorySync"));
        }

        private static long count(EventTable table, String event) {
            return table.number(
                    "SELECT sum(value) AS n FROM system.events WHERE event = '" + event + "'");
        }

        Syncs since(Syncs before) {
            return new Syncs(files - before.files, directories - before.directories);
        }
    }

    private static void insert(EventTable table, String name) {
        table.clickHouse()
                .execute(
                        "INSERT INTO "
                                + name
                                + " (id, user_id, event_type, points_spent, event_time) SELECT"
                                + " number, 1, 'x', 1, now() FROM numbers(100)");
    }

    @Test
    void insertIsAnswered_whenEachFileIsFsynced_ofTheTable_itsKeys_andItsViews() throws Exception {
        String name = "fsynced";
        try (EventTable table = new EventTable(name, Services.running())) {
            RuntimeProcess.start(environment(table, name, true)).awaitRunning().close();
            List<Path> old = parts(table, name);
            Syncs before = Syncs.of(table);
            insert(table, name);
            Syncs synced = Syncs.of(table).since(before);
            List<Path> parts = parts(table, name);
            parts.removeAll(old);
            assertThat(parts).hasSize(FILLED.size());
            long files = 0;
            for (Path part : parts) {
                files += files(part).size();
            }
            assertThat(synced.files()).as("files").isGreaterThanOrEqualTo(files);
            // When it is written, and when it has its name.
            assertThat(synced.directories())
                    .as("directories")
                    .isGreaterThanOrEqualTo(2L * FILLED.size());

            RuntimeProcess.start(environment(table, name, false)).awaitRunning().close();
            before = Syncs.of(table);
            insert(table, name);
            assertThat(Syncs.of(table).since(before)).isEqualTo(new Syncs(0, 0));
        }
    }

    @Test
    void tokensAreLost_butNoRows_theReplayedBatchIsInOnce_inTheTableAndItsSums() throws Exception {
        Services services = Services.running();
        String name = "lost_tokens";
        try (EventTable table = new EventTable(name, services)) {
            Map<String, String> environment = environment(table, name, true);
            try (RuntimeProcess first = RuntimeProcess.start(environment).awaitRunning()) {
                table.insert(ROWS);
                table.assertEveryRowOnce();
            }
            List<Path> tokens = new ArrayList<>();
            for (String filled : FILLED) {
                tokens.addAll(files(data(table, name + filled).resolve("deduplication_logs")));
            }
            assertThat(tokens).hasSizeGreaterThanOrEqualTo(FILLED.size());
            powerFails(services, table, tokens);
            Replay.announceAgain(services, name, Replay.lastBatch(table, name));
            try (RuntimeProcess second = RuntimeProcess.start(environment).awaitRunning()) {
                // A row behind the batch: when it is in, the batch has been looked at.
                table.insert(1);
                table.assertEveryRowOnce();
                assertThat(second.log()).containsPattern("replay-to=\\d");
            }
        }
    }

    @Test
    void mergedPartIsLost_whichIsNotFsynced_theOnesThatItWasMadeOfComeBack() throws Exception {
        Services services = Services.running();
        String name = "lost_merge";
        try (EventTable table = new EventTable(name, services)) {
            RuntimeProcess.start(environment(table, name, true)).awaitRunning().close();
            for (int i = 0; i < 3; i++) {
                insert(table, name);
            }
            for (String filled : FILLED) {
                table.clickHouse().execute("OPTIMIZE TABLE " + name + filled + " FINAL");
            }
            List<Path> merged = parts(table, name);
            assertThat(merged).hasSize(FILLED.size());
            List<Path> files = new ArrayList<>();
            for (Path part : merged) {
                files.addAll(files(part));
            }
            powerFails(services, table, files);
            assertThat(table.arrived()).isEqualTo(300);
            assertThat(table.number("SELECT count() AS n FROM lost_merge_keys")).isEqualTo(300);
            assertThat(table.number("SELECT countMerge(total_actions) AS n FROM lost_merge_daily"))
                    .isEqualTo(300);
        }
    }

    private static Path data(EventTable table, String name) {
        return Path.of(
                (String)
                        table.clickHouse()
                                .rows(
                                        "SELECT data_paths[1] AS path FROM system.tables WHERE"
                                                + " database = currentDatabase() AND name = {name:"
                                                + " String}",
                                        Map.of("name", name))
                                .get(0)
                                .get("path"));
    }

    /** The directories of the parts of a table, and of those that it fills. */
    private static List<Path> parts(EventTable table, String name) {
        List<Path> parts = new ArrayList<>();
        for (String filled : FILLED) {
            table.clickHouse()
                    .rows(
                            "SELECT path FROM system.parts WHERE active AND database ="
                                    + " currentDatabase() AND table = {name: String}",
                            Map.of("name", name + filled))
                    .forEach(row -> parts.add(Path.of((String) row.get("path"))));
        }
        return parts;
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    /** ClickHouse is killed and started again, and these files were not written. */
    private static void powerFails(Services services, EventTable table, List<Path> files)
            throws Exception {
        services.sandbox().command("kill", "clickhouse");
        for (Path file : files) {
            Files.write(file, new byte[0]);
        }
        services.sandbox().command("start", "clickhouse");
        // Connections that are broken are found broken first.
        Awaitility.await("an answer").ignoreExceptions().until(() -> table.arrived() >= 0);
    }
}
