package routes.board;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import routes.board.Pauses.Source;
import routes.jobs.Migrations;
import routes.kafka.GroupOffsets;
import routes.settings.Settings;

/** What can be paused, and where a pause holds, as the settings say. */
final class Pausing {
    private Pausing() {}

    /**
     * The pauses of all outboxes, sinks and streams that are shown; those of all runtimes are
     * looked at from now on.
     *
     * @param needsPostgres whether a pipeline of this runtime does
     */
    static Pauses of(
            Settings settings,
            BoardSettings board,
            Shown shown,
            CamelContext context,
            MeterRegistry meters,
            Failures failures,
            boolean needsPostgres) {
        boolean inAll =
                switch (board.pauses()) {
                    case "all" -> true;
                    case "here" -> false;
                    default -> needsPostgres;
                };
        Pauses pauses =
                new Pauses(
                        context,
                        failures,
                        meters,
                        source ->
                                GroupOffsets.of(settings, source.topic(), source.group()).behind(),
                        pipelines(settings, shown),
                        inAll ? Optional.of(rows(settings, context)) : Optional.empty());
        if (inAll) {
            context.getRegistry().bind("pauses", pauses);
            try {
                context.addRoutes(new PausesRoute());
            } catch (Exception e) {
                throw new IllegalStateException("The look at the pauses does not start", e);
            }
        }
        return pauses;
    }

    private static Map<String, Optional<Source>> pipelines(Settings settings, Shown shown) {
        Map<String, Optional<Source>> pipelines = new HashMap<>();
        shown.outboxes()
                .forEach(outbox -> pipelines.put("outbox-" + outbox.name(), Optional.empty()));
        shown.sinks()
                .forEach(
                        sink ->
                                pipelines.put(
                                        "sink-" + sink.name(),
                                        Optional.of(new Source(sink.group(), sink.topic()))));
        if (settings.names("caravan.streams").contains("attendance")) {
            pipelines.put(
                    "attendance",
                    Optional.of(
                            new Source(
                                    settings.text("caravan.attendance.group"),
                                    settings.text("caravan.attendance.topic"))));
        }
        return pipelines;
    }

    private static PauseRows rows(Settings settings, CamelContext context) {
        DataSource postgres =
                context.getRegistry().lookupByNameAndType("postgres", DataSource.class);
        return new PauseRows(
                context.createProducerTemplate(),
                () ->
                        Migrations.run(
                                postgres,
                                "board",
                                "the table of paused pipelines",
                                "set "
                                        + BoardSettings.PAUSES
                                        + "=here: a pause then holds in one runtime"),
                settings.address("caravan.postgres.url"));
    }
}
