package routes.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a {@link Page} answers.
 *
 * @param status HTTP's status
 * @param type the media type, with its charset
 * @param headers further headers
 * @param body writes the body; what it throws breaks the connection, so that nobody takes a part
 *     for the whole
 */
public record Answer(int status, String type, Map<String, String> headers, Body body) {
    /** Text of one line a field, as Prometheus reads it. */
    public static final String PLAIN = "text/plain; version=0.0.4; charset=utf-8";

    /** A page of the browser's. */
    public static final String HTML = "text/html; charset=utf-8";

    private static final String JSON = "application/json";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Writes a body. */
    @FunctionalInterface
    public interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Maps, lists, records, texts and numbers as JSON. */
    public static Answer json(Object value) {
        return json(200, value);
    }

    /** As {@link #json(Object)}, with another status than 200. */
    public static Answer json(int status, Object value) {
        try {
            return bytes(status, JSON, MAPPER.writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot be written as JSON: " + value, e);
        }
    }

    /** A text of a given media type. */
    public static Answer text(String type, String text) {
        return bytes(200, type, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends the browser elsewhere on this server. */
    public static Answer redirect(String path) {
        return new Answer(303, PLAIN, Map.of("Location", path), out -> {});
    }

    private static Answer bytes(int status, String type, byte[] bytes) {
        return new Answer(status, type, Map.of(), out -> out.write(bytes));
    }
}
