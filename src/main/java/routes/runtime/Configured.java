package routes.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import routes.attendance.AttendanceStream;
import routes.jobs.JobSettings;
import routes.outbox.OutboxSettings;
import routes.replication.Cinema;
import routes.settings.Settings;
import routes.settings.SettingsException;
import routes.sink.SinkSettings;

/** Which pipelines run here, as the settings say. */
public final class Configured {
    /** All streams that there are, and the sinks that each brings. */
    private static final Map<String, List<String>> SINKS =
            Map.of("attendance", AttendanceStream.SINKS, "cinema", Cinema.SINKS);

    /** The outboxes that each brings. */
    private static final Map<String, List<String>> OUTBOXES =
            Map.of("attendance", List.of(), "cinema", Cinema.OUTBOXES);

    private final Settings settings;
    private final List<String> streams;

    /**
     * @throws SettingsException when a setting is missing or invalid
     */
    public Configured(Settings settings) {
        this.settings = settings;
        streams = settings.names("caravan.streams");
        for (String name : streams) {
            if (!SINKS.containsKey(name)) {
                throw settings.wrong(
                        "caravan.streams",
                        name,
                        "a stream: one of "
                                + String.join(", ", SINKS.keySet().stream().sorted().toList()));
            }
        }
    }

    /** All outboxes: those that caravan.outboxes names, and those of the streams. */
    public List<OutboxSettings> outboxes() {
        List<OutboxSettings> all = new ArrayList<>(ownOutboxes());
        streams.forEach(stream -> all.addAll(outboxesOf(stream)));
        return all;
    }

    /** All sinks: those that caravan.sinks names, and those of the streams. */
    public List<SinkSettings> sinks() {
        List<SinkSettings> all = new ArrayList<>(ownSinks());
        streams.forEach(stream -> all.addAll(sinksOf(stream)));
        return all;
    }

    List<OutboxSettings> ownOutboxes() {
        return OutboxSettings.read(settings);
    }

    List<SinkSettings> ownSinks() {
        return SinkSettings.read(settings);
    }

    /** The outboxes that a stream brings, but for those that run without it. */
    List<OutboxSettings> outboxesOf(String stream) {
        return OutboxSettings.read(
                settings, besides(settings.names("caravan.outboxes"), OUTBOXES.get(stream)));
    }

    /** The sinks that a stream brings, but for those that run without it. */
    List<SinkSettings> sinksOf(String stream) {
        return SinkSettings.read(
                settings, besides(settings.names("caravan.sinks"), SINKS.get(stream)));
    }

    private static List<String> besides(List<String> named, List<String> brought) {
        return brought.stream().filter(name -> !named.contains(name)).toList();
    }

    List<String> streams() {
        return streams;
    }

    /** The directories that clicks are enriched from; none where no clicks are read. */
    List<String> directories() {
        return streams.contains("attendance")
                ? settings.names("caravan.attendance.directories")
                : List.of();
    }

    List<JobSettings> jobs() {
        return JobSettings.read(settings, JobWork.NAMES);
    }

    /** The dead-letter topics of the sinks and of the streams. */
    List<String> deadLetterTopics() {
        List<String> topics =
                new ArrayList<>(sinks().stream().map(SinkSettings::deadLetterTopic).toList());
        if (streams.contains("attendance")) {
            topics.add(AttendanceStream.deadLetterTopic(settings));
        }
        return topics.stream().distinct().toList();
    }
}
