package routes.kafka;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;
import org.apache.kafka.common.header.Headers;

/**
 * A record on its way to another topic: its value, and its headers as data. They are never headers
 * of a Camel message, where {@code kafka.OVERRIDE_TOPIC}, {@code kafka.KEY} and others would steer
 * the route, and where two of one name would be one.
 */
public record Forwarded(Headers headers, byte[] value) {
    /** What an endpoint {@code kafka:TOPIC?…} needs to send these. */
    public static final String OPTION = "valueSerializer=" + Serializer.class.getName();

    /**
     * As a message for that endpoint.
     *
     * @param key null for none
     */
    public Message message(Exchange exchange, byte[] key) {
        Message message = new DefaultMessage(exchange);
        message.setBody(this);
        if (key != null) {
            message.setHeader(KafkaConstants.KEY, key);
        }
        return message;
    }

    /** Puts the headers into the record, and gives its value. */
    public static final class Serializer
            implements org.apache.kafka.common.serialization.Serializer<Forwarded> {
        @Override
        public byte[] serialize(String topic, Forwarded record) {
            throw new UnsupportedOperationException("Kafka gives the record's headers too");
        }

        @Override
        public byte[] serialize(String topic, Headers headers, Forwarded record) {
            record.headers().forEach(headers::add);
            return record.value();
        }
    }
}
