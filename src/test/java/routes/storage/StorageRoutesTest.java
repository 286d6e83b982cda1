package routes.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Header;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the routes hand to the bucket and back, with a map in its place. */
class StorageRoutesTest extends CamelTestSupport {
    private final Map<String, String> objects = new TreeMap<>();
    private StorageException refusal;

    @TempDir private Path directory;

    /** Stands for {@link Bucket}; Camel calls it by name. */
    public final class Objects {
        public Stream<String> list(String prefix) {
            refuse();
            return objects.keySet().stream()
                    .filter(key -> prefix == null || key.startsWith(prefix));
        }

        public boolean exists(String key) {
            refuse();
            return objects.containsKey(key);
        }

        public Optional<StoredObject> find(String key) {
            refuse();
            return Optional.ofNullable(objects.get(key))
                    .map(text -> new StoredObject(key, text.length(), "etag", null));
        }

        public InputStream open(StoredObject object) {
            return get(object.key());
        }

        public InputStream get(String key) {
            refuse();
            return new ByteArrayInputStream(objects.get(key).getBytes(StandardCharsets.UTF_8));
        }

        public void store(@Header(StorageRoutes.KEY) String key, @Body InputStream bytes)
                throws IOException {
            refuse();
            objects.put(key, new String(bytes.readAllBytes(), StandardCharsets.UTF_8));
        }

        public void remove(String key) {
            refuse();
            objects.remove(key);
        }

        private void refuse() {
            if (refusal != null) {
                throw refusal;
            }
        }
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        context.getRegistry().bind("bucket", new Objects());
        return new StorageRoutes();
    }

    private void put(String key, Object body) {
        template.requestBodyAndHeader("direct:storage-put", body, StorageRoutes.KEY, key);
    }

    private Object list(String prefix) {
        return template.requestBody("direct:storage-list", prefix, Stream.class).toList();
    }

    @Test
    void nothingThere_noNames_noObject_andNothingToRemove() {
        assertThat(list(null)).asList().isEmpty();
        assertThat(template.requestBody("direct:storage-exists", "a")).isEqualTo(false);
        template.requestBody("direct:storage-remove", "a");
        assertThat(objects).isEmpty();
    }

    @Test
    void object_isPut_found_listed_read_andRemoved() throws Exception {
        put("a/1", "text");
        put("a/2", new ByteArrayInputStream(new byte[] {'x'}));
        Path file = Files.writeString(directory.resolve("file"), "of a file");
        put("b", file);
        assertThat(objects).isEqualTo(Map.of("a/1", "text", "a/2", "x", "b", "of a file"));

        assertThat(template.requestBody("direct:storage-exists", "b")).isEqualTo(true);
        assertThat(list("a/")).asList().containsExactly("a/1", "a/2");
        assertThat(list(null)).asList().hasSize(3);
        try (InputStream in = template.requestBody("direct:storage-get", "b", InputStream.class)) {
            assertThat(in).hasContent("of a file");
        }
        try (StorageCalls calls = new StorageCalls(context)) {
            assertThat(calls.find("none")).isEmpty();
            StoredObject found = calls.find("b").orElseThrow();
            assertThat(found.size()).isEqualTo(9);
            try (InputStream in = calls.open(found)) {
                assertThat(in).hasContent("of a file");
            }
        }
        template.requestBody("direct:storage-remove", "a/1");
        assertThat(objects).containsOnlyKeys("a/2", "b");
    }

    @Test
    void keys_areNoExpressions() {
        for (String key : new String[] {"'quoted'", "\"q\"", "${body}", "null", "a,b", "(1)"}) {
            put(key, "value of " + key);
            assertThat(template.requestBody("direct:storage-exists", key)).isEqualTo(true);
            assertThat(template.requestBody("direct:storage-get", key, String.class))
                    .isEqualTo("value of " + key);
            template.requestBody("direct:storage-remove", key);
        }
        assertThat(objects).isEmpty();
    }

    @Test
    void refused_theCallerGetsTheReason() {
        refusal = new StorageException("S3 refuses", false, null);
        for (String route : new String[] {"list", "exists", "find", "get", "remove"}) {
            assertThatThrownBy(() -> template.requestBody("direct:storage-" + route, "a"))
                    .as(route)
                    .isInstanceOf(CamelExecutionException.class)
                    .hasCause(refusal);
        }
        assertThatThrownBy(() -> put("a", "text")).hasCause(refusal);
        try (StorageCalls calls = new StorageCalls(context)) {
            assertThatThrownBy(() -> calls.find("a")).isSameAs(refusal);
        }
    }
}
