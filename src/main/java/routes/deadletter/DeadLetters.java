package routes.deadletter;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Rejected records as messages for the dead-letter topic: key, value and headers as they came, and
 * where from and why.
 */
public final class DeadLetters {
    /** What is wrong with the record. */
    public static final String REASON = "dead-letter-reason";

    /** The topic that the record came from. */
    public static final String TOPIC = "dead-letter-topic";

    /** The partition that the record came from, as decimal digits. */
    public static final String PARTITION = "dead-letter-partition";

    /** The offset that the record came from, as decimal digits. */
    public static final String OFFSET = "dead-letter-offset";

    private static final int REASON_CHARACTERS = 2_000;

    /** One message a rejected record. */
    public List<Message> messages(Rejections batch, Exchange exchange) {
        List<Message> messages = new ArrayList<>();
        for (Rejected rejected : batch.getUnreported()) {
            ConsumerRecord<byte[], byte[]> record = rejected.record();
            Message message = new DefaultMessage(exchange);
            message.setBody(record.value());
            if (record.key() != null) {
                message.setHeader(KafkaConstants.KEY, record.key());
            }
            for (Header header : record.headers()) {
                message.setHeader(header.key(), header.value());
            }
            message.setHeader(REASON, bytes(cut(rejected.reason())));
            message.setHeader(TOPIC, bytes(record.topic()));
            message.setHeader(PARTITION, bytes(Integer.toString(record.partition())));
            message.setHeader(OFFSET, bytes(Long.toString(record.offset())));
            messages.add(message);
        }
        return messages;
    }

    private static String cut(String reason) {
        return reason.length() <= REASON_CHARACTERS
                ? reason
                : reason.substring(0, REASON_CHARACTERS) + "…";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
