package routes.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.settings.Settings;
import sandbox.Sandbox;

/** The bucket on the embedded S3, which is killed in the middle of some of these. */
class StorageIT {
    private static final int MEGABYTE = 1 << 20;
    private static final int LARGE = 30 * MEGABYTE + 12_345;

    private static Sandbox sandbox;
    private static Bucket bucket;

    @TempDir private Path directory;

    @BeforeAll
    static void start() throws Exception {
        sandbox = Sandbox.start(Path.of("").toAbsolutePath(), List.of("s3"));
        bucket = bucket(Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        bucket.close();
        sandbox.close();
    }

    private static Bucket bucket(Map<String, String> others) {
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.putAll(others);
        return Bucket.of(Settings.load(environment));
    }

    private static void put(String key, String text) throws IOException {
        bucket.put(key, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(String key) throws IOException {
        try (InputStream in = bucket.get(key)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> keys(String prefix) {
        return bucket.list(prefix).map(StoredObject::key).toList();
    }

    /** The same bytes for the same seed, in pieces of many sizes. */
    private static void write(long seed, int length, OutputStream out) throws IOException {
        Random random = new Random(seed);
        int left = length;
        while (left > 0) {
            byte[] piece = new byte[Math.min(left, 1 + random.nextInt(200_000))];
            random.nextBytes(piece);
            out.write(piece);
            left -= piece.length;
        }
    }

    private static byte[] putLarge(String key, long seed) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        bucket.put(key, out -> write(seed, LARGE, new DigestOutputStream(out, digest)));
        return digest.digest();
    }

    private static byte[] rest(InputStream in, MessageDigest digest) throws IOException {
        new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
        return digest.digest();
    }

    @Test
    void moreThanAPageOfKeys_areAllListed_inOrder() throws Exception {
        List<String> expected =
                IntStream.range(0, 1_500).mapToObj("pages/%04d"::formatted).toList();
        for (String key : expected) {
            put(key, key);
        }
        put("pages-beside", "them");
        assertThat(keys("pages/")).isEqualTo(expected);
        assertThat(keys("pages")).hasSize(1_501);
        assertThat(bucket.list("pages/").limit(3).map(StoredObject::size))
                .containsExactly(10L, 10L, 10L);
        assertThat(keys("pagesx")).isEmpty();
    }

    @Test
    void keysOfAnyLetters_arePutFoundListedReadAndRemoved() throws Exception {
        List<String> keys =
                List.of(
                        "with space",
                        "каталог/файл.jsonl",
                        "a+b",
                        "100%",
                        "%41%2F",
                        "it's",
                        "\"quoted\"",
                        "<&>",
                        "?#;,=@:$!",
                        "line\nfeed",
                        "😀",
                        ".hidden");
        for (String key : keys) {
            put("any/" + key, key);
        }
        assertThat(keys("any/"))
                .containsExactlyInAnyOrderElementsOf(keys.stream().map("any/"::concat).toList());
        for (StoredObject object : bucket.list("any/").toList()) {
            assertThat(bucket.find(object.key())).as(object.key()).isPresent();
            try (InputStream in = bucket.open(object)) {
                assertThat("any/" + new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo(object.key());
            }
            bucket.remove(object.key());
            assertThat(bucket.exists(object.key())).as(object.key()).isFalse();
        }
        assertThat(keys("any/")).isEmpty();
    }

    @Test
    void emptyObject_isAnObject() throws Exception {
        put("empty", "");
        StoredObject found = bucket.find("empty").orElseThrow();
        assertThat(found.size()).isZero();
        assertThat(found.etag()).isNotEmpty();
        assertThat(text("empty")).isEmpty();
        assertThat(keys("empty")).containsExactly("empty");
    }

    @Test
    void missingKey_isAnAnswer_andAnErrorOnlyForWhoReadsIt() throws Exception {
        assertThat(bucket.find("missing")).isEmpty();
        assertThat(bucket.exists("missing")).isFalse();
        bucket.remove("missing");
        assertThatThrownBy(() -> bucket.get("missing"))
                .isInstanceOf(StorageException.class)
                .hasMessage("There is no s3://caravan/missing");

        put("removed", "soon");
        StoredObject object = bucket.find("removed").orElseThrow();
        bucket.remove("removed");
        assertThatThrownBy(() -> bucket.open(object))
                .isInstanceOf(StorageException.class)
                .hasMessage("There is no s3://caravan/removed");
    }

    @Test
    void refusedCredential_isAnError_whateverIsAsked() {
        for (Map<String, String> other :
                List.of(
                        Map.of("CARAVAN_S3_SECRET_KEY", "wrong"),
                        Map.of("CARAVAN_S3_ACCESS_KEY", "stranger"))) {
            assertRefused(
                    other,
                    message ->
                            assertThat(message)
                                    .contains(
                                            "refuses access key",
                                            "caravan.s3.access-key",
                                            "CARAVAN_S3_SECRET_KEY")
                                    .doesNotContain("wrong", "null"));
        }
    }

    @Test
    void missingBucket_isAnError_whateverIsAsked() {
        assertRefused(
                Map.of("CARAVAN_S3_BUCKET", "nowhere"),
                message ->
                        assertThat(message)
                                .endsWith(
                                        " has no bucket nowhere: create it, or set"
                                                + " caravan.s3.bucket"));
    }

    @Test
    void serverAway_isAnError_whateverIsAsked() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertRefused(
                Map.of("CARAVAN_S3_URL", "http://localhost:" + port),
                message ->
                        assertThat(message)
                                .startsWith("S3 at http://localhost:" + port + " does not answer")
                                .contains("caravan.s3.url", "Connection refused"));
    }

    private static void assertRefused(
            Map<String, String> environment, Consumer<String> expectation) {
        try (Bucket other = bucket(environment)) {
            List<ThrowingCallable> requests =
                    List.of(
                            () -> other.find("refused"),
                            () -> other.list("refused").toList(),
                            () -> other.get("refused"),
                            () -> other.put("refused", out -> out.write('x')),
                            // Sent in one request; the server hangs up before it is through.
                            () -> other.put("refused", out -> write(1, 3 * MEGABYTE, out)),
                            () -> other.put("refused", out -> write(1, LARGE, out)));
            for (int i = 0; i < requests.size(); i++) {
                assertThatThrownBy(requests.get(i))
                        .as("request %d with %s", i, environment)
                        .isInstanceOf(StorageException.class)
                        .satisfies(failure -> expectation.accept(failure.getMessage()));
            }
        }
        assertThat(bucket.exists("refused")).isFalse();
    }

    @Test
    void largeContentOfUnknownLength_isReadBackEqual() throws Exception {
        byte[] expected = putLarge("large/object", 7);
        assertThat(bucket.find("large/object").orElseThrow().size()).isEqualTo(LARGE);
        try (InputStream in = bucket.get("large/object")) {
            assertThat(rest(in, MessageDigest.getInstance("SHA-256"))).isEqualTo(expected);
        }
        // By what the list says about it, too.
        try (InputStream in = bucket.open(bucket.list("large/").findFirst().orElseThrow())) {
            assertThat(rest(in, MessageDigest.getInstance("SHA-256"))).isEqualTo(expected);
        }
    }

    @Test
    void contentThatFails_leavesNothing_norTouchesTheOldObject() throws Exception {
        for (int length : new int[] {100, LARGE}) {
            Content failing =
                    out -> {
                        write(1, length, out);
                        throw new IOException("the source broke");
                    };
            assertThatThrownBy(() -> bucket.put("failed/new", failing))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the source broke");
            put("failed/old", "old");
            assertThatThrownBy(() -> bucket.put("failed/old", failing))
                    .hasMessage("the source broke");
            assertThat(keys("failed/")).containsExactly("failed/old");
            assertThat(text("failed/old")).isEqualTo("old");
            assertThat(bucket.uploads("failed/")).as("parts that wait to become objects").isZero();
        }
    }

    @Test
    void serverKilledInTheMiddleOfARead_theReadGoesOn() throws Exception {
        byte[] expected = putLarge("killed/read", 11);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = bucket.get("killed/read")) {
            digest.update(in.readNBytes(5 * MEGABYTE));
            sandbox.command("kill", "s3");
            Thread restart = inBackground(() -> sandbox.command("start", "s3"));
            assertThat(rest(in, digest)).isEqualTo(expected);
            restart.join();
        }
    }

    @Test
    void serverKilledInTheMiddleOfAPut_nothingIsThere_andTheNextPutSucceeds() throws Exception {
        assertThatThrownBy(
                        () ->
                                bucket.put(
                                        "killed/put",
                                        out -> {
                                            write(1, 20 * MEGABYTE, out);
                                            kill();
                                            write(2, 20 * MEGABYTE, out);
                                        }))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("does not answer");
        sandbox.command("start", "s3");
        assertThat(bucket.exists("killed/put")).isFalse();
        byte[] expected = putLarge("killed/put", 3);
        try (InputStream in = bucket.get("killed/put")) {
            assertThat(rest(in, MessageDigest.getInstance("SHA-256"))).isEqualTo(expected);
        }
    }

    @Test
    void objectReplacedInTheMiddleOfARead_isAnError_notAMixture() throws Exception {
        putLarge("replaced", 21);
        try (InputStream in = bucket.get("replaced")) {
            in.readNBytes(5 * MEGABYTE);
            putLarge("replaced", 22);
            // The open connection may still bring the old bytes; the next one must not bring new.
            sandbox.command("kill", "s3");
            sandbox.command("start", "s3");
            assertThatThrownBy(() -> in.transferTo(OutputStream.nullOutputStream()))
                    .isInstanceOf(StorageException.class)
                    .hasMessage(
                            "s3://caravan/replaced was replaced while it was read: read it again");
        }
    }

    @Test
    void closedEarly_theRestIsNotFetched_andNothingCanBeRead() throws Exception {
        putLarge("early", 31);
        // More than the connections that a client has: each has to be given back.
        for (int i = 0; i < 60; i++) {
            try (InputStream in = bucket.get("early")) {
                assertThat(in.read()).isNotNegative();
            }
        }
        InputStream in = bucket.get("early");
        in.close();
        assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }

    @Test
    void destinations_areDirectoriesAndPrefixes_andShowWholeFilesOnly() throws Exception {
        for (String place : List.of(directory.resolve("a/b").toString(), "s3:below/")) {
            Settings settings = Settings.load(Map.of("CARAVAN_AUDIT_DESTINATION", place));
            Destination destination =
                    Destination.of(settings, "caravan.audit.destination", () -> bucket);
            destination.write("f.csv", out -> write(1, 100, out));
            assertThatThrownBy(
                            () ->
                                    destination.write(
                                            "f.csv",
                                            out -> {
                                                write(2, 100, out);
                                                throw new IOException("the source broke");
                                            }))
                    .hasMessage("the source broke");
            assertThatThrownBy(
                            () ->
                                    destination.write(
                                            "g.csv",
                                            out -> {
                                                throw new IOException("no source");
                                            }))
                    .hasMessage("no source");
        }
        assertThat(keys("below/")).containsExactly("below/f.csv");
        assertThat(bucket.place("below/f.csv")).isEqualTo("s3://caravan/below/f.csv");
        try (InputStream in = bucket.get("below/f.csv");
                var files = Files.list(directory.resolve("a/b"))) {
            assertThat(files).containsExactly(directory.resolve("a/b/f.csv"));
            assertThat(directory.resolve("a/b/f.csv")).hasBinaryContent(in.readAllBytes());
        }
    }

    @Test
    void routes_carryALargeObject_thereAndBack() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Path file = directory.resolve("large");
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), digest)) {
            write(41, LARGE, out);
        }
        byte[] expected = digest.digest();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("bucket", bucket);
            context.addRoutes(new StorageRoutes());
            context.start();
            ProducerTemplate template = context.createProducerTemplate();
            boolean[] closed = {false};
            InputStream source =
                    new FilterInputStream(Files.newInputStream(file)) {
                        @Override
                        public void close() throws IOException {
                            closed[0] = true;
                            super.close();
                        }
                    };
            template.requestBodyAndHeader(
                    "direct:storage-put", source, StorageRoutes.KEY, "routes/'large'");
            assertThat(closed[0]).as("the caller's stream is the caller's to close").isFalse();
            source.close();
            assertThat(template.requestBody("direct:storage-exists", "routes/'large'"))
                    .isEqualTo(true);
            assertThat(
                            template.requestBody("direct:storage-list", "routes/", Stream.class)
                                    .toList())
                    .asList()
                    .containsExactly(bucket.find("routes/'large'").orElseThrow());
            try (InputStream in =
                    template.requestBody(
                            "direct:storage-get", "routes/'large'", InputStream.class)) {
                assertThat(rest(in, digest)).isEqualTo(expected);
            }
            template.requestBody("direct:storage-remove", "routes/'large'");
            assertThat(template.requestBody("direct:storage-exists", "routes/'large'"))
                    .isEqualTo(false);
        }
    }

    private static void kill() {
        try {
            sandbox.command("kill", "s3");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws InterruptedException;
    }

    private static Thread inBackground(Step step) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                step.run();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        thread.start();
        return thread;
    }
}
