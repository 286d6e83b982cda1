package routes.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import routes.deadletter.DeadLetter;
import routes.deadletter.DeadLetterTopic;
import routes.deadletter.Replay;
import routes.pipeline.Amount;
import routes.pipeline.Reason;
import routes.runtime.Configured;
import routes.settings.Settings;
import routes.sink.SinkSettings;

/** Shows what the sinks and the streams could do nothing with, and sends it again. */
@Command(
        name = "dead-letter",
        description = "Shows the records that could not be stored, and sends them again.",
        footer = "%nExample: ./caravan dead-letter list user_event",
        mixinStandardHelpOptions = true)
public final class DeadLetterCommand extends TerminalCommand {
    private static final int SHOWN_CHARACTERS = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Command(
            name = "list",
            description = "Lists a topic's dead letters, oldest first, each origin once.",
            footer = "%nExample: ./caravan dead-letter list user_event",
            mixinStandardHelpOptions = true)
    int list(
            @Parameters(paramLabel = "TOPIC", description = "The topic that was read.")
                    String topic,
            @Option(
                            names = "--format",
                            defaultValue = "table",
                            paramLabel = "table|json",
                            description =
                                    "How to print them (default: ${DEFAULT-VALUE}); json is an"
                                            + " object a line, with the whole value.")
                    String format) {
        if (!List.of("table", "json").contains(format)) {
            throw wrong("--format " + format + ": one of json, table");
        }
        Settings settings = Settings.load(System.getenv());
        Set<String> origins = new HashSet<>();
        try (DeadLetterTopic letters = open(settings, topic)) {
            letters.read(
                    letter -> {
                        if (origins.add(letter.origin())) {
                            print(described(letter, letters.replayed(letter)), format);
                        }
                    });
        }
        if (format.equals("table")) {
            out().println(
                            origins.isEmpty()
                                    ? "No dead letters of " + topic + "."
                                    : counted(origins.size()) + " of " + topic + ".");
        }
        out().flush();
        return 0;
    }

    private static Map<String, Object> described(DeadLetter letter, boolean replayed) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("record", letter.place());
        described.put("time", letter.rejected().toString());
        described.put("origin", letter.origin());
        described.put("key", letter.key());
        described.put("reason", letter.reason());
        described.put("value", letter.value());
        described.put("replayed", replayed);
        return described;
    }

    private void print(Map<String, Object> letter, String format) {
        if (format.equals("json")) {
            try {
                out().println(JSON.writeValueAsString(letter));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("Text and numbers are always JSON", e);
            }
        } else {
            letter.forEach((name, value) -> out().printf("%-9s %s%n", name, shortened(value)));
            out().println();
        }
    }

    @Command(
            name = "replay",
            description = {
                "Sends dead letters to the topic that they came from: all that have not been sent"
                        + " again yet, or one of them, repaired if need be.",
                "Records that ClickHouse already has are skipped; what is still bad comes back"
                        + " as a new dead letter."
            },
            footer = "%nExample: ./caravan dead-letter replay user_event --record 0:17 --key 17",
            mixinStandardHelpOptions = true)
    int replay(
            @Parameters(paramLabel = "TOPIC", description = "The topic that was read.")
                    String topic,
            @Option(
                            names = "--record",
                            paramLabel = "P:O",
                            description = "Only this one, as list names it, even if it was sent.")
                    String only,
            @Option(
                            names = "--value",
                            paramLabel = "TEXT",
                            description = "The repaired value; with --record.")
                    String value,
            @Option(
                            names = "--value-file",
                            paramLabel = "FILE",
                            description = "A file with the repaired value; with --record.")
                    Path file,
            @Option(
                            names = "--key",
                            paramLabel = "KEY",
                            description = "The key of a record that had none; with --record.")
                    String key) {
        if (only == null && (value != null || file != null || key != null)) {
            throw wrong("--value, --value-file and --key repair one record: name it with --record");
        }
        if (value != null && file != null) {
            throw wrong("--value or --value-file, not both");
        }
        byte[] newKey = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        byte[] newValue =
                value != null
                        ? value.getBytes(StandardCharsets.UTF_8)
                        : file != null ? bytes(file) : null;
        Settings settings = Settings.load(System.getenv());
        try (DeadLetterTopic letters = open(settings, topic)) {
            Replay replay = only == null ? Replay.ofAll(letters) : Replay.ofOne(letters, only);
            replay.foreign()
                    .forEach(
                            place ->
                                    say(
                                            place
                                                    + " is left alone: Caravan did not put it"
                                                    + " here."));
            if (newKey == null) {
                warnOfKeyless(replay, only);
            }
            replay.send(settings, newKey, newValue);
            say(
                    replay.size() == 0
                            ? "Nothing to send: every dead letter of " + topic + " was sent again."
                            : counted(replay.size())
                                    + " sent again. What is still bad comes back: ./caravan"
                                    + " dead-letter list "
                                    + topic);
        }
        return 0;
    }

    private void warnOfKeyless(Replay replay, String only) {
        List<String> keyless = replay.keyless();
        if (only != null && !keyless.isEmpty()) {
            throw wrong(only + " has no key, and would be rejected again: give it one with --key");
        }
        if (!keyless.isEmpty()) {
            say(
                    "Without a key, so that they will come back: "
                            + keyless.stream().limit(10).collect(Collectors.joining(", "))
                            + (keyless.size() > 10 ? ", …" : "")
                            + ". Send each with --record P:O --key KEY instead.");
        }
    }

    /** A relative name means the directory that ./caravan was called from. */
    private static byte[] bytes(Path file) {
        Path named = Path.of(System.getProperty("caravan.caller", "")).resolve(file);
        try {
            return Files.readAllBytes(named);
        } catch (IOException e) {
            throw new CommandFailed(
                    "Cannot read the file " + named.toAbsolutePath() + ": " + Reason.of(e));
        }
    }

    private DeadLetterTopic open(Settings settings, String topic) {
        List<SinkSettings> sinks = new Configured(settings).sinks();
        Set<String> found =
                sinks.stream()
                        .filter(sink -> sink.topic().equals(topic))
                        .map(SinkSettings::deadLetterTopic)
                        .collect(Collectors.toCollection(TreeSet::new));
        if (found.size() > 1) {
            throw new CommandFailed(
                    "Several sinks read "
                            + topic
                            + ", each with a dead-letter topic of its own: name one of "
                            + String.join(", ", found)
                            + " instead");
        }
        boolean itself = sinks.stream().anyMatch(sink -> sink.deadLetterTopic().equals(topic));
        return DeadLetterTopic.open(
                settings,
                itself ? topic : found.stream().findFirst().orElse(topic + ".dead-letter"));
    }

    private static String counted(int letters) {
        return Amount.of(letters, "dead letter");
    }

    private static String shortened(Object value) {
        // Control characters would break the lines, or steer the terminal.
        return Reason.shortened(
                String.valueOf(value).replaceAll("[\\p{Cntrl}\\s]+", " "), SHOWN_CHARACTERS);
    }
}
