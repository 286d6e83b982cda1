package bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import routes.demo.SampleClicks;
import routes.demo.SampleDirectory;

/** Clicks enriched by the runtime, against what is done by hand. */
final class Attendance {
    private static final String SENT = "caravan_attendance_clicks_total";
    private static final int BATCH = 10_000;
    private static final int ONE_BY_ONE = 2_000;
    private static final int CACHED = 40_000;
    private static final int PEOPLE = 200_000;

    private final Lab lab;
    private final Report report;
    private final int clicks;

    Attendance(Lab lab, Report report, int clicks) {
        this.lab = lab;
        this.report = report;
        this.clicks = clicks;
    }

    void run() throws Exception {
        SampleDirectory everybody = new SampleDirectory(PEOPLE, 2_000, 7);
        everybody.fill(lab.elasticsearch(), "", "", "people");
        SampleDirectory some = new SampleDirectory(CACHED, 2_000, 7);

        // As many clicks as people: each is asked for once.
        List<SampleClicks.Click> first = sample(some, CACHED);
        double cold = runtime("cold", first, 0, "-Xmx1g");
        List<SampleClicks.Click> many = sample(some, clicks);
        // The first half fills the cache, and warms the runtime up.
        double warm = runtime("warm", many, clicks / 2, "-Xmx1g");
        double loop = loop("bench_clicks_warm", "bench_loop");
        double large = loop("bench_enriched_warm", "bench_loop_large");
        double single = oneByOne(first);
        report.add("attendance", "enriched, cold cache", cold, "clicks/s", "");
        report.add("attendance", "enriched, warm cache", warm, "clicks/s", "");
        report.add("attendance", "bare consume-produce loop", loop, "clicks/s", "");
        report.add("attendance", "warm / bare loop", warm / loop, "ratio", ">= 0.6");
        report.add(
                "attendance",
                "bare loop of records as large as the enriched ones",
                large,
                "clicks/s",
                "");
        report.add(
                "attendance", "warm / bare loop of large records", warm / large, "ratio", ">= 1.4");
        report.add("attendance", "one lookup a click", single, "clicks/s", "");
        report.add("attendance", "cold / one lookup a click", cold / single, "ratio", "");
        report.add("attendance", "warm / one lookup a click", warm / single, "ratio", "");

        double bounded = runtime("memory", sample(everybody, 2 * PEOPLE), 0, "-Xmx256m");
        report.add(
                "attendance",
                2 * PEOPLE + " clicks of " + PEOPLE + " people, -Xmx256m",
                bounded,
                "clicks/s",
                "no OutOfMemoryError");
    }

    private static List<SampleClicks.Click> sample(SampleDirectory people, int count) {
        SampleClicks sample = new SampleClicks(people, LocalDate.of(2025, 10, 10), 5, count);
        List<SampleClicks.Click> clicks = new ArrayList<>(count);
        for (int number = 0; number < count; number++) {
            clicks.add(sample.click(number));
        }
        return clicks;
    }

    /**
     * Clicks a second from the moment that {@code after} of them have been enriched, or that the
     * runtime runs.
     */
    private double runtime(String name, List<SampleClicks.Click> sample, int after, String heap)
            throws Exception {
        String topic = "bench_clicks_" + name;
        lab.topic(topic);
        lab.topic("bench_enriched_" + name);
        lab.topic("bench_nothing_" + name);
        try (KafkaProducer<String, String> producer = lab.producer()) {
            for (SampleClicks.Click click : sample) {
                producer.send(new ProducerRecord<>(topic, click.json()));
            }
        }
        Map<String, String> environment = lab.environment();
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_STREAMS", "attendance");
        environment.put("CARAVAN_ATTENDANCE_TOPIC", topic);
        environment.put("CARAVAN_ATTENDANCE_ENRICHED_TOPIC", "bench_enriched_" + name);
        environment.put("CARAVAN_ATTENDANCE_GROUP", "bench-" + name);
        // The sink has its own benchmark.
        environment.put("CARAVAN_SINK_ATTENDANCE_ENRICHED_TOPIC", "bench_nothing_" + name);
        Process runtime = lab.runtime(environment, heap);
        lab.until(runtime, SENT, after);
        double before = lab.metric(SENT);
        double seconds = lab.until(runtime, SENT, sample.size()) / 1e9;
        if (name.equals("memory")) {
            report.add("attendance", "peak resident", Lab.peakMegabytes(runtime), "MB", "");
            report.add(
                    "attendance",
                    "cache, of 64 MB",
                    lab.metric("caravan_attendance_cache_bytes") / (1 << 20),
                    "MB",
                    "<= 64");
        }
        Lab.stop(runtime);
        return (sample.size() - before) / seconds;
    }

    /** What a program does that changes nothing: poll, send, flush, commit. */
    private double loop(String from, String to) throws Exception {
        lab.topic(to);
        Map<String, Object> properties = new HashMap<>(lab.kafka());
        properties.put("group.id", to);
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", false);
        properties.put("max.poll.records", BATCH);
        properties.put("fetch.max.bytes", 8 << 20);
        properties.put("max.partition.fetch.bytes", 4 << 20);
        int passed = 0;
        int measured = 0;
        long start = 0;
        try (KafkaConsumer<String, String> consumer =
                        new KafkaConsumer<>(
                                properties, new StringDeserializer(), new StringDeserializer());
                KafkaProducer<String, String> producer = lab.producer()) {
            consumer.subscribe(List.of(from));
            while (passed < clicks) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
                for (ConsumerRecord<String, String> record : records) {
                    producer.send(new ProducerRecord<>(to, record.key(), record.value()));
                }
                producer.flush();
                consumer.commitSync();
                passed += records.count();
                if (start != 0) {
                    measured += records.count();
                } else if (passed >= clicks / 2) {
                    start = System.nanoTime();
                }
            }
        }
        return measured * 1e9 / (System.nanoTime() - start);
    }

    /** A search for the student and one for the employee, and then the next click. */
    private double oneByOne(List<SampleClicks.Click> sample) throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        long start = System.nanoTime();
        for (SampleClicks.Click click : sample.subList(0, ONE_BY_ONE)) {
            search(http, "PERSONAL.BITRIX_USER_ID", click.studentId());
            if (click.employee() >= 0) {
                search(http, "PERSONAL.ID_DECANAT", click.markedBy());
            }
        }
        return ONE_BY_ONE * 1e9 / (System.nanoTime() - start);
    }

    private void search(HttpClient http, String field, String id) throws Exception {
        HttpResponse<String> answer =
                http.send(
                        HttpRequest.newBuilder(URI.create(lab.elasticsearch() + "/people/_search"))
                                .header("Content-Type", "application/json")
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"query\":{\"term\":{\"%s\":\"%s\"}}}"
                                                        .formatted(field, id)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.body());
        }
    }
}
