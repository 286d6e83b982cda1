package routes.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import routes.Servers;
import routes.settings.Settings;
import routes.sink.DeadLetters;
import routes.sink.SinkSettings;

/** Shows what the sinks could not store, and sends it again. */
@Command(
        name = "dead-letter",
        description = "Shows the records that ClickHouse could not hold, and sends them again.",
        mixinStandardHelpOptions = true)
public final class DeadLetterCommand implements Callable<Integer> {
    private static final int SHOWN_CHARACTERS = 100;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 2;
    }

    @Command(
            name = "list",
            description = "Lists a topic's dead letters, oldest first, each origin once.",
            mixinStandardHelpOptions = true)
    int list(
            @Parameters(paramLabel = "TOPIC", description = "The sink's topic.") String topic,
            @Option(
                            names = "--format",
                            defaultValue = "table",
                            paramLabel = "table|json",
                            description = "How to print them (default: ${DEFAULT-VALUE}).")
                    String format)
            throws JsonProcessingException {
        if (!List.of("table", "json").contains(format)) {
            throw new ParameterException(
                    spec.commandLine(), "--format " + format + ": one of json, table");
        }
        Settings settings = Settings.load(System.getenv());
        PrintWriter out = spec.commandLine().getOut();
        Map<String, ConsumerRecord<byte[], byte[]>> byOrigin = new LinkedHashMap<>();
        try (DeadLetterTopic letters =
                new DeadLetterTopic(settings, deadLetterTopic(settings, topic))) {
            letters.all().forEach(record -> byOrigin.putIfAbsent(origin(record), record));
        }
        ObjectMapper json = new ObjectMapper();
        for (ConsumerRecord<byte[], byte[]> record : byOrigin.values()) {
            Map<String, Object> letter = new LinkedHashMap<>();
            letter.put("record", record.partition() + ":" + record.offset());
            letter.put("time", Instant.ofEpochMilli(record.timestamp()).toString());
            letter.put("origin", origin(record));
            letter.put("key", text(record.key()));
            letter.put("reason", header(record, DeadLetters.REASON));
            letter.put("value", text(record.value()));
            if (format.equals("json")) {
                out.println(json.writeValueAsString(letter));
            } else {
                letter.forEach((name, value) -> out.printf("%-7s %s%n", name, shortened(value)));
                out.println();
            }
        }
        if (format.equals("table")) {
            out.println(
                    byOrigin.size() + (byOrigin.size() == 1 ? " dead letter" : " dead letters"));
        }
        out.flush();
        return 0;
    }

    @Command(
            name = "replay",
            description = {
                "Sends dead letters to the topic that they came from: all that have not been sent"
                        + " again yet, or one of them, repaired if need be.",
                "What stands in ClickHouse already is left out there; what is still bad comes back."
            },
            mixinStandardHelpOptions = true)
    int replay(
            @Parameters(paramLabel = "TOPIC", description = "The sink's topic.") String topic,
            @Option(
                            names = "--record",
                            paramLabel = "P:O",
                            description = "Only this one, as list names it.")
                    String only,
            @Option(
                            names = "--value-file",
                            paramLabel = "FILE",
                            description = "The repaired value; with --record.")
                    Path valueFile,
            @Option(
                            names = "--key",
                            paramLabel = "KEY",
                            description = "The key of a record that had none; with --record.")
                    String key)
            throws IOException, ExecutionException, InterruptedException {
        if (only == null && (valueFile != null || key != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--value-file and --key repair one record: name it with --record");
        }
        Settings settings = Settings.load(System.getenv());
        try (DeadLetterTopic letters =
                new DeadLetterTopic(settings, deadLetterTopic(settings, topic))) {
            List<ConsumerRecord<byte[], byte[]>> chosen = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record :
                    only == null ? letters.notReplayed() : letters.all()) {
                if (only == null || only.equals(record.partition() + ":" + record.offset())) {
                    chosen.add(record);
                }
            }
            if (only != null && chosen.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "There is no dead letter " + only + "; see dead-letter list " + topic);
            }
            byte[] value = valueFile == null ? null : Files.readAllBytes(valueFile);
            send(settings, topic, chosen, value, key);
            if (only == null) {
                letters.markReplayed();
            }
            spec.commandLine().getOut().println(chosen.size() + " sent again to " + topic);
            spec.commandLine().getOut().flush();
        }
        return 0;
    }

    private static void send(
            Settings settings,
            String topic,
            List<ConsumerRecord<byte[], byte[]>> records,
            byte[] value,
            String key)
            throws ExecutionException, InterruptedException {
        Map<String, Object> properties = new HashMap<>(Servers.kafka(settings));
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 128 * 1024 * 1024);
        List<Future<?>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties)) {
            for (ConsumerRecord<byte[], byte[]> record : records) {
                ProducerRecord<byte[], byte[]> again =
                        new ProducerRecord<>(
                                topic,
                                key == null ? record.key() : key.getBytes(StandardCharsets.UTF_8),
                                value == null ? record.value() : value);
                for (Header header : record.headers()) {
                    if (!header.key().startsWith("dead-letter-")) {
                        again.headers().add(header);
                    }
                }
                sent.add(producer.send(again));
            }
            for (Future<?> acknowledged : sent) {
                acknowledged.get();
            }
        }
    }

    private static String deadLetterTopic(Settings settings, String topic) {
        return SinkSettings.read(settings).stream()
                .filter(sink -> sink.topic().equals(topic))
                .map(SinkSettings::deadLetterTopic)
                .findFirst()
                .orElse(topic + ".dead-letter");
    }

    private static String origin(ConsumerRecord<byte[], byte[]> record) {
        return header(record, DeadLetters.TOPIC)
                + " partition "
                + header(record, DeadLetters.PARTITION)
                + " offset "
                + header(record, DeadLetters.OFFSET);
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : text(header.value());
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static String shortened(Object value) {
        String text = String.valueOf(value).replaceAll("\\s+", " ");
        return text.length() <= 2 * SHOWN_CHARACTERS
                ? text
                : text.substring(0, 2 * SHOWN_CHARACTERS) + "…";
    }
}
