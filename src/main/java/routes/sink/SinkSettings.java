package routes.sink;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import routes.settings.Settings;
import routes.sql.SqlFile;

/** One sink's settings, checked. */
public record SinkSettings(
        String name,
        String topic,
        String table,
        Optional<String> ddl,
        String group,
        int rows,
        int bytes,
        Duration linger,
        int workers,
        boolean fsync,
        boolean rejectUnknown,
        ChangedContent changedContent,
        Duration freshWithin,
        String deadLetterTopic,
        Duration deadLetterRetention,
        int partitions,
        Duration retention) {

    /** All sinks that caravan.sinks names. */
    public static List<SinkSettings> read(Settings settings) {
        return read(settings, settings.names("caravan.sinks"));
    }

    /** The sinks of these names. */
    public static List<SinkSettings> read(Settings settings, List<String> names) {
        return names.stream().map(name -> read(settings, name)).toList();
    }

    private static SinkSettings read(Settings settings, String name) {
        String key = "caravan.sink." + name + ".";
        String topic = settings.topic(key + "topic");
        Optional<String> ddl = settings.place(key + "ddl");
        ddl.filter(file -> !SqlFile.exists(file))
                .ifPresent(
                        file -> {
                            throw settings.wrong(key + "ddl", file, "a file that can be read");
                        });
        return new SinkSettings(
                name,
                topic,
                settings.identifier(key + "table"),
                ddl,
                settings.find(key + "group").orElse("caravan-" + name),
                settings.integer(key + "rows", 1, 1_000_000),
                bytes(settings, key + "bytes"),
                settings.duration(key + "linger"),
                settings.integer(key + "workers", 1, 64),
                settings.choice(key + "fsync", "true", "false").equals("true"),
                settings.choice(key + "unknown-fields", "ignore", "reject").equals("reject"),
                ChangedContent.valueOf(
                        settings.choice(
                                        key + "changed-content",
                                        "dead-letter",
                                        "insert",
                                        "leave-out")
                                .toUpperCase(Locale.ROOT)
                                .replace('-', '_')),
                settings.duration(key + "fresh-within"),
                settings.find(key + "dead-letter-topic").isPresent()
                        ? settings.topic(key + "dead-letter-topic")
                        : topic + ".dead-letter",
                settings.duration(key + "dead-letter-retention"),
                settings.integer(key + "partitions", 1, 1_000),
                settings.duration(key + "retention"));
    }

    private static int bytes(Settings settings, String key) {
        return settings.find(key).isPresent()
                ? settings.bytes(key)
                : bytes(
                        Runtime.getRuntime().maxMemory(),
                        // A stream brings one.
                        settings.names("caravan.sinks").size()
                                + settings.names("caravan.streams").size());
    }

    /**
     * A batch's bytes where none are set: large batches cost ClickHouse less, and the sinks' four
     * batches each are to take a quarter of the heap.
     */
    static int bytes(long heap, int sinks) {
        return (int) Math.max(1 << 20, Math.min(32 << 20, heap / 16 / Math.max(sinks, 1)));
    }
}
