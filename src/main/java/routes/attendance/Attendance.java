package routes.attendance;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.deadletter.Rejected;
import routes.directory.Lookup;
import routes.directory.People;
import routes.directory.PersonFields;
import routes.directory.PersonId;
import routes.kafka.AnnouncedRange;
import routes.kafka.Forwarded;
import routes.pipeline.Meters;

/**
 * The steps of the attendance route.
 *
 * <p>Each can be done again from the start: a batch that is sent twice is the same clicks under the
 * same keys.
 */
public final class Attendance {
    private static final Logger LOG = LoggerFactory.getLogger(Attendance.class);

    private final People people;
    private final Clock clock;
    private final Counter enriched;
    private final Counter deadLetters;
    private volatile int partitions;

    /**
     * @param clock today, where the people have their birthdays
     */
    Attendance(People people, Clock clock, MeterRegistry registry) {
        this.people = people;
        this.clock = clock;
        Meters meters = new Meters(registry, "caravan.attendance.", Tags.empty());
        enriched = meters.counter("clicks", "Enriched clicks that Kafka has acknowledged");
        deadLetters =
                meters.counter(
                        "dead.letters", "Malformed clicks that went to the dead-letter topic");
    }

    /**
     * Over how many partitions of their topic clicks are spread, by their ID: always the same
     * number, also when the topic gets more, so that a click that is sent again is in the partition
     * of its original, and one sink sees both.
     */
    void spreadOver(int partitions) {
        this.partitions = partitions;
    }

    Counter deadLetters() {
        return deadLetters;
    }

    /** Separates the clicks from the records that are none. */
    public ClickBatch read(AnnouncedRange batch) {
        List<Click> clicks = new ArrayList<>(batch.records().size());
        List<Rejected> rejected = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
            try {
                clicks.add(Click.read(record));
            } catch (MalformedClick e) {
                rejected.add(new Rejected(record, e.getMessage()));
            }
        }
        return new ClickBatch(batch, clicks, rejected);
    }

    /** The people whom the clicks name: who is in the cache, and who is to be asked for. */
    public Lookup lookUp(ClickBatch batch) {
        Set<PersonId> ids = new HashSet<>(2 * batch.clicks().size());
        for (Click click : batch.clicks()) {
            ids.add(click.student());
            if (click.employee() != null) {
                ids.add(click.employee());
            }
        }
        return people.lookUp(ids);
    }

    /** A Kafka message a click, keyed by its ID, with the fields of the people behind its own. */
    public List<Message> enrich(
            Exchange exchange,
            @Variable(AttendanceRoute.CLICKS) ClickBatch batch,
            @Variable(AttendanceRoute.PEOPLE) Lookup found) {
        LocalDate today = LocalDate.now(clock);
        List<Message> messages = new ArrayList<>(batch.clicks().size());
        for (Click click : batch.clicks()) {
            byte[] key = click.id().getBytes(StandardCharsets.US_ASCII);
            byte[] value = enriched(click, found, today);
            Message message = new Forwarded(click.record().headers(), value).message(exchange, key);
            // As Kafka's own partitioner does, by another number.
            message.setHeader(
                    KafkaConstants.PARTITION_KEY,
                    Utils.toPositive(Utils.murmur2(key)) % partitions);
            messages.add(message);
        }
        return messages;
    }

    /** The click's own bytes up to its closing brace, the added fields, and a brace. */
    private static byte[] enriched(Click click, Lookup found, LocalDate today) {
        PersonFields employee =
                click.employee() == null ? PersonFields.NO_EMPLOYEE : found.get(click.employee());
        byte[][] studentPieces = found.get(click.student()).pieces(today);
        byte[][] employeePieces = employee.pieces(today);
        int own = click.to() - click.from();
        ByteBuffer enriched =
                ByteBuffer.allocate(own + length(studentPieces) + length(employeePieces) + 1);
        enriched.put(click.record().value(), click.from(), own);
        for (byte[] piece : studentPieces) {
            enriched.put(piece);
        }
        for (byte[] piece : employeePieces) {
            enriched.put(piece);
        }
        return enriched.put((byte) '}').array();
    }

    private static int length(byte[][] pieces) {
        int length = 0;
        for (byte[] piece : pieces) {
            length += piece.length;
        }
        return length;
    }

    /** Kafka has all of the batch. */
    public void sent(
            @Variable(AttendanceRoute.CLICKS) ClickBatch done,
            @Variable(AttendanceRoute.PEOPLE) Lookup found) {
        AnnouncedRange batch = done.batch();
        enriched.increment(done.clicks().size());
        LOG.info(
                "stream=attendance topic={} partition={} offsets={}-{} clicks={} rejected={}"
                        + " unknown-people={} ms={}",
                batch.partition().topic(),
                batch.partition().partition(),
                batch.start(),
                batch.end(),
                done.clicks().size(),
                done.rejected(),
                found.unknown(),
                done.nanos() / 1_000_000);
    }
}
