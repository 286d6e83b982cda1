package routes;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import routes.attendance.AttendanceStream;
import routes.cinema.Cinema;
import routes.clickhouse.ClickHouse;
import routes.kafka.Topics;
import routes.marts.MartStates;
import routes.outbox.OutboxSettings;
import routes.settings.Settings;
import routes.settings.SettingsException;
import routes.sink.SinkSettings;
import routes.streams.Stream;

/** The streams that run, made from the settings. */
public final class Streams implements AutoCloseable {
    /** All streams that there are, and the sinks that each brings. */
    private static final Map<String, List<String>> SINKS =
            Map.of("attendance", AttendanceStream.SINKS, "cinema", Cinema.SINKS);

    /** The outboxes that each brings. */
    private static final Map<String, List<String>> OUTBOXES =
            Map.of("attendance", List.of(), "cinema", Cinema.OUTBOXES);

    private final Settings settings;
    private final List<Stream> streams = new ArrayList<>();

    Streams(
            Settings settings,
            HikariDataSource postgres,
            HikariDataSource subscriber,
            ClickHouse clickHouse,
            Topics topics,
            MeterRegistry registry,
            MartStates marts) {
        this.settings = settings;
        for (String name : names(settings)) {
            streams.add(
                    switch (name) {
                        case "attendance" -> new AttendanceStream(settings, topics, registry);
                        case "cinema" ->
                                new Cinema(
                                        settings,
                                        postgres,
                                        subscriber,
                                        clickHouse,
                                        registry,
                                        marts);
                        default -> throw new IllegalArgumentException("no stream " + name);
                    });
        }
    }

    private static List<String> names(Settings settings) {
        String key = "caravan.streams";
        List<String> names = settings.names(key);
        for (String name : names) {
            if (!SINKS.containsKey(name)) {
                throw settings.wrong(
                        key,
                        name,
                        "a stream: one of "
                                + String.join(", ", SINKS.keySet().stream().sorted().toList()));
            }
        }
        return names;
    }

    /**
     * All sinks that run: those that caravan.sinks names, and those of the streams.
     *
     * @throws SettingsException when a setting is missing or senseless
     */
    public static List<SinkSettings> sinks(Settings settings) {
        return SinkSettings.read(settings, with(SINKS, settings.names("caravan.sinks"), settings));
    }

    /**
     * All outboxes that run: those that caravan.outboxes names, and those of the streams.
     *
     * @throws SettingsException when a setting is missing or senseless
     */
    public static List<OutboxSettings> outboxes(Settings settings) {
        return OutboxSettings.read(
                settings, with(OUTBOXES, settings.names("caravan.outboxes"), settings));
    }

    private static List<String> with(
            Map<String, List<String>> brought, List<String> named, Settings settings) {
        List<String> names = new ArrayList<>(named);
        names(settings).forEach(stream -> names.addAll(besides(named, brought.get(stream))));
        return names;
    }

    private static List<String> besides(List<String> named, List<String> brought) {
        return brought.stream().filter(name -> !named.contains(name)).toList();
    }

    /** The outboxes that a stream brings, but for those that run without it. */
    List<OutboxSettings> outboxes(Stream stream) {
        return OutboxSettings.read(
                settings, besides(settings.names("caravan.outboxes"), OUTBOXES.get(stream.name())));
    }

    /** The sinks that a stream brings, but for those that run without it. */
    List<SinkSettings> sinks(Stream stream) {
        return SinkSettings.read(
                settings, besides(settings.names("caravan.sinks"), SINKS.get(stream.name())));
    }

    /** Dead-letter topics of the streams, besides those of their sinks. */
    public static List<String> deadLetterTopics(Settings settings) {
        return names(settings).contains("attendance")
                ? List.of(AttendanceStream.deadLetterTopic(settings))
                : List.of();
    }

    List<Stream> all() {
        return List.copyOf(streams);
    }

    @Override
    public void close() {
        streams.forEach(Stream::close);
    }
}
