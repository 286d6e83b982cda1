package routes.command;

import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import routes.outbox.OutboxSettings;
import routes.outbox.SkippedRows;
import routes.runtime.Configured;
import routes.settings.Settings;
import routes.sql.Databases;

/** Shows the rows that an outbox does not send, and lets it send them. */
@Command(
        name = "skipped",
        description = "Shows the rows that an outbox does not send, and lets it send them.",
        footer = "%nExample: ./caravan skipped list user_events",
        mixinStandardHelpOptions = true)
public final class SkippedCommand extends TerminalCommand {
    @Command(
            name = "list",
            description =
                    "Lists an outbox's skipped rows, the oldest first: key, bytes, since, reason.",
            footer = "%nExample: ./caravan skipped list user_events",
            mixinStandardHelpOptions = true)
    int list(@Parameters(paramLabel = "OUTBOX", description = "The outbox's name.") String name) {
        OutboxSettings outbox = outbox(name);
        try (HikariDataSource server = server(outbox)) {
            List<Map<String, Object>> rows = rows(server, outbox).of(name);
            if (!rows.isEmpty()) {
                TextTable table = new TextTable("key", "bytes", "since", "reason");
                rows.forEach(
                        row ->
                                table.add(
                                        row.get("key"),
                                        row.get("bytes"),
                                        row.get("since"),
                                        row.get("reason")));
                table.print(out());
            }
            say(rows.size() + " skipped by " + name + ".");
        }
        return 0;
    }

    @Command(
            name = "release",
            description = {
                "Lets an outbox send its skipped rows: all of them, or the one of a key.",
                "Raise record-bytes first, or make the rows smaller, or mend the trigger; a row"
                        + " that is still in the way is skipped again."
            },
            footer = "%nExample: ./caravan skipped release user_events --key 17",
            mixinStandardHelpOptions = true)
    int release(
            @Parameters(paramLabel = "OUTBOX", description = "The outbox's name.") String name,
            @Option(
                            names = "--key",
                            paramLabel = "KEY",
                            description = "Only the row of this key, as list shows it.")
                    String key) {
        OutboxSettings outbox = outbox(name);
        try (HikariDataSource server = server(outbox)) {
            say(rows(server, outbox).release(name, key) + " released to " + name + ".");
        }
        return 0;
    }

    private OutboxSettings outbox(String name) {
        List<OutboxSettings> outboxes = new Configured(Settings.load(System.getenv())).outboxes();
        return outboxes.stream()
                .filter(outbox -> outbox.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                wrong(
                                        "There is no outbox "
                                                + name
                                                + ". There are: "
                                                + outboxes.stream()
                                                        .map(OutboxSettings::name)
                                                        .collect(Collectors.joining(", "))));
    }

    private static SkippedRows rows(HikariDataSource server, OutboxSettings outbox) {
        return new SkippedRows(server, outbox.arrival().isPresent());
    }

    private static HikariDataSource server(OutboxSettings outbox) {
        Settings settings = Settings.load(System.getenv());
        return outbox.server().equals("postgres")
                ? Databases.postgres(settings)
                : Databases.subscriber(settings);
    }
}
