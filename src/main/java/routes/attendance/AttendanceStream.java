package routes.attendance;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.health.HealthCheck;
import routes.deadletter.DeadLettersRoute;
import routes.directory.Directories;
import routes.directory.Person;
import routes.kafka.Topics;
import routes.pipeline.Pipeline;
import routes.settings.Settings;

/** The clicks of the electronic journal, enriched from the directories. */
public final class AttendanceStream implements Pipeline {
    /** The sink that stores what this stream sends. */
    public static final List<String> SINKS = List.of("attendance_enriched");

    private final AttendanceSettings settings;
    private final int recordBytes;
    private final CamelContext context;
    private final Topics topics;
    private final Directories directories;
    private final Attendance attendance;

    public AttendanceStream(
            Settings all, CamelContext context, Topics topics, MeterRegistry registry) {
        this.context = context;
        this.settings = AttendanceSettings.read(all);
        this.recordBytes = all.bytes("caravan.outbox.default.record-bytes");
        this.topics = topics;
        directories = new Directories(all, registry);
        attendance = new Attendance(directories.people(), Clock.system(Person.ZONE), registry);
    }

    /** Where clicks go that cannot be enriched. */
    public static String deadLetterTopic(Settings settings) {
        return AttendanceSettings.read(settings).deadLetterTopic();
    }

    @Override
    public String name() {
        return "stream attendance";
    }

    @Override
    public Set<String> servers() {
        return Set.of("kafka");
    }

    @Override
    public void prepare() throws ExecutionException, InterruptedException {
        String key = "caravan.attendance.";
        topics.ensure(
                key + "topic",
                settings.topic(),
                settings.partitions(),
                settings.retention(),
                recordBytes);
        topics.ensure(
                key + "enriched-topic",
                settings.enrichedTopic(),
                settings.partitions(),
                settings.retention(),
                recordBytes);
        attendance.spreadOver(
                Math.min(
                        settings.partitions(), topics.size(settings.enrichedTopic()).partitions()));
        DeadLettersRoute.prepare(
                topics,
                key + "topic",
                settings.deadLetterTopic(),
                settings.deadLetterRetention(),
                recordBytes);
    }

    @Override
    public void start() throws Exception {
        directories.start(context);
        context.addRoutes(new AttendanceRoute());
        context.getRegistry().bind("attendance", attendance);
        DeadLettersRoute.start(
                context,
                "attendance-clicks",
                settings.deadLetterTopic(),
                "stream=attendance",
                attendance.deadLetters());
        TemplatedRouteBuilder.builder(context, "attendance")
                .routeId("attendance")
                .parameter("topic", settings.topic())
                .parameter("enriched", settings.enrichedTopic())
                .parameter("group", settings.group())
                .parameter("rows", settings.rows())
                .parameter("bytes", settings.bytes())
                .parameter("linger", settings.linger().toMillis())
                .parameter("workers", settings.workers())
                .add();
    }

    @Override
    public List<HealthCheck> healthChecks() {
        return directories.healthChecks();
    }
}
