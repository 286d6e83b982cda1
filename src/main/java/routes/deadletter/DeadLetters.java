package routes.deadletter;

import io.micrometer.core.instrument.Counter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.kafka.Forwarded;
import routes.pipeline.Reason;

/**
 * A pipeline's rejected records as messages for its dead-letter topic: key, value and headers as
 * they came, and where from and why.
 */
public final class DeadLetters {
    /** What the names of our own headers begin with. */
    static final String OURS = "dead-letter-";

    /** What is wrong with the record. */
    public static final String REASON = OURS + "reason";

    /** The topic that the record came from. */
    public static final String TOPIC = OURS + "topic";

    /** The partition that the record came from, as decimal digits. */
    public static final String PARTITION = OURS + "partition";

    /** The offset that the record came from, as decimal digits. */
    public static final String OFFSET = OURS + "offset";

    /**
     * On a record that was sent again, and on the dead letter that it becomes if it is rejected
     * again: the place in the dead-letter topic that it was sent from.
     */
    static final String REPLAYED = OURS + "replayed";

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final int REASON_CHARACTERS = 2_000;

    private final String pipeline;
    private final Counter reported;

    /**
     * @param pipeline as the log names it: {@code pipeline=NAME}
     * @param reported counts those that Kafka has
     */
    DeadLetters(String pipeline, Counter reported) {
        this.pipeline = pipeline;
        this.reported = reported;
    }

    /** One message a rejected record. */
    public List<Message> messages(Rejections batch, Exchange exchange) {
        List<Message> messages = new ArrayList<>();
        for (Rejected rejected : batch.getUnreported()) {
            ConsumerRecord<byte[], byte[]> record = rejected.record();
            Headers headers = new RecordHeaders();
            for (Header header : record.headers()) {
                // One that was sent again says which letter it was.
                if (!header.key().startsWith(OURS) || header.key().equals(REPLAYED)) {
                    headers.add(header);
                }
            }
            headers.add(REASON, bytes(Reason.shortened(rejected.reason(), REASON_CHARACTERS)));
            headers.add(TOPIC, bytes(record.topic()));
            headers.add(PARTITION, bytes(Integer.toString(record.partition())));
            headers.add(OFFSET, bytes(Long.toString(record.offset())));
            messages.add(new Forwarded(headers, record.value()).message(exchange, record.key()));
        }
        return messages;
    }

    /** Kafka has them. */
    public void reported(Rejections batch) {
        List<Rejected> letters = batch.getUnreported();
        reported.increment(letters.size());
        LOG.warn(
                "{} event=dead-letters records={} first-offset={} first-reason=\"{}\"",
                pipeline,
                letters.size(),
                letters.get(0).record().offset(),
                letters.get(0).reason());
        batch.reported();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
