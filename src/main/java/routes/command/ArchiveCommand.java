package routes.command;

import com.mongodb.MongoTimeoutException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.camel.CamelExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import routes.archive.Archive;
import routes.archive.ArchiveSettings;
import routes.archive.Mongo;
import routes.pipeline.Amount;
import routes.pipeline.Reason;
import routes.settings.Settings;
import routes.storage.Bucket;
import routes.storage.Destination;

/** Archives a day's users now. */
@Command(
        name = "archive",
        description = {
            "Moves the users who have gone, with all of their documents, from MongoDB's"
                    + " user_events to archived_users, and writes the day's report.",
            "A run that was killed is finished by the next."
        },
        footer = "%nExample: ./caravan archive 2026-03-01",
        mixinStandardHelpOptions = true)
public final class ArchiveCommand extends TerminalCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "YYYY-MM-DD",
            description = "The day whose beginning is counted back from (default: today, in UTC).")
    private LocalDate day;

    @Override
    public Integer call() throws Exception {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        LocalDate chosen = day == null ? today : day;
        if (chosen.isAfter(today)) {
            throw wrong(
                    chosen
                            + " is still to come: until then, users may come back. Today is "
                            + today
                            + " in UTC");
        }
        Settings settings = Settings.load(System.getenv());
        ArchiveSettings archiveSettings = ArchiveSettings.read(settings);
        try (Closing closing = new Closing()) {
            ProgressLine progress = closing.add(new ProgressLine(err()));
            Archive archive =
                    closing.add(
                            new Archive(
                                    archiveSettings,
                                    Mongo.client(settings),
                                    Destination.of(
                                            settings,
                                            "caravan.archive.destination",
                                            () -> closing.add(Bucket.of(settings))),
                                    moved ->
                                            progress.show(
                                                    () ->
                                                            "%,d %s with %,d %s moved"
                                                                    .formatted(
                                                                            moved.users(),
                                                                            Amount.noun(
                                                                                    moved.users(),
                                                                                    "user"),
                                                                            moved.documents(),
                                                                            Amount.noun(
                                                                                    moved
                                                                                            .documents(),
                                                                                    "document")))));
            JobRun run = closing.add(new JobRun(settings));
            String outcome = run.run(archive, chosen, Map.of());
            progress.close();
            out().println(chosen + ": " + outcome);
            out().flush();
            return 0;
        } catch (MongoTimeoutException e) {
            throw new CommandFailed(
                    "MongoDB does not answer: start it, or set caravan.mongodb.url ("
                            + Reason.of(e)
                            + ")");
        } catch (CamelExecutionException e) {
            throw new CommandFailed(chosen + ": " + Reason.of(e.getCause()));
        }
    }
}
