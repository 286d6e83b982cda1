package routes.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.StreamCache;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.commons.io.input.BoundedInputStream;
import org.apache.commons.io.input.BrokenInputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.settings.Settings;
import sandbox.Sandbox;
import software.amazon.awssdk.services.s3.S3Client;

/** The bucket on the embedded S3, which is killed in the middle of some of these. */
class StorageIT {
    private static final int MEGABYTE = 1 << 20;
    private static final int LARGE = 30 * MEGABYTE + 12_345;

    /** More than the kernel holds of a connection at both its ends: 32 and 4 MB. */
    private static final int BEYOND_BUFFERS = 100 * MEGABYTE;

    private static Sandbox sandbox;
    private static Bucket bucket;
    private static StorageCalls storage;

    @TempDir private Path directory;

    @BeforeAll
    static void start() throws Exception {
        sandbox = Sandbox.start(Path.of("").toAbsolutePath(), List.of("s3"));
        bucket = bucket(Map.of());
        storage = new StorageCalls(bucket);
    }

    @AfterAll
    static void stop() throws Exception {
        storage.close();
        bucket.close();
        sandbox.close();
    }

    private static Bucket bucket(Map<String, String> others) {
        Map<String, String> environment = new HashMap<>(sandbox.environment());
        environment.putAll(others);
        return Bucket.of(Settings.load(environment));
    }

    private static void put(String key, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        storage.put(key, new ByteArrayInputStream(bytes), bytes.length);
    }

    private static String text(String key) throws IOException {
        try (InputStream in = storage.get(key)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> keys(String prefix) {
        return storage.list(prefix).map(StoredObject::key).toList();
    }

    /** So many bytes, at random. */
    private static InputStream bytes(long seed, int length) {
        Random random = new Random(seed);
        return new BoundedInputStream(
                new InputStream() {
                    @Override
                    public int read() {
                        return random.nextInt(256);
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int count) {
                        byte[] piece = new byte[count];
                        random.nextBytes(piece);
                        System.arraycopy(piece, 0, buffer, offset, count);
                        return count;
                    }
                },
                length);
    }

    private static byte[] putLarge(String key, long seed) throws Exception {
        return put(key, seed, LARGE);
    }

    private static byte[] put(String key, long seed, int length) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        storage.put(key, new DigestInputStream(bytes(seed, length), digest), length);
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
        assertThat(storage.list("pages/").limit(3).map(StoredObject::size))
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
                        "${body}",
                        "RAW(a)",
                        "😀",
                        ".hidden");
        for (String key : keys) {
            put("any/" + key, key);
        }
        assertThat(keys("any/"))
                .containsExactlyInAnyOrderElementsOf(keys.stream().map("any/"::concat).toList());
        for (StoredObject object : storage.list("any/").toList()) {
            assertThat(storage.find(object.key())).as(object.key()).isPresent();
            try (InputStream in = storage.get(object.key())) {
                assertThat("any/" + new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo(object.key());
            }
            storage.remove(object.key());
            assertThat(storage.find(object.key())).as(object.key()).isEmpty();
        }
        assertThat(keys("any/")).isEmpty();
    }

    @Test
    void emptyObject_isAnObject() throws Exception {
        put("empty", "");
        StoredObject found = storage.find("empty").orElseThrow();
        assertThat(found.size()).isZero();
        assertThat(found.etag()).isNotEmpty();
        assertThat(text("empty")).isEmpty();
        assertThat(keys("empty")).containsExactly("empty");
    }

    @Test
    void missingKey_isAnAnswer_andAnErrorOnlyForWhoReadsIt() throws Exception {
        assertThat(storage.find("missing")).isEmpty();
        assertThat(storage.find("missing").isPresent()).isFalse();
        storage.remove("missing");
        assertThatThrownBy(() -> storage.get("missing"))
                .isInstanceOf(StorageException.class)
                .hasMessage("There is no s3://caravan/missing");

        put("removed", "soon");
        assertThat(storage.find("removed")).isPresent();
        storage.remove("removed");
        assertThatThrownBy(() -> storage.get("removed"))
                .isInstanceOf(StorageException.class)
                .hasMessage("There is no s3://caravan/removed");
    }

    @Test
    void refusedCredential_isAnError_whateverIsAsked() throws Exception {
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
    void missingBucket_isAnError_whateverIsAsked() throws Exception {
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
                                .startsWith("S3 at localhost:" + port + " does not answer")
                                .contains("caravan.s3.url", "Connection refused"));
    }

    private static void assertRefused(Map<String, String> environment, Consumer<String> expectation)
            throws Exception {
        try (Bucket other = bucket(environment);
                StorageCalls calls = new StorageCalls(other)) {
            List<ThrowingCallable> requests =
                    List.of(
                            other::check,
                            () -> calls.find("refused"),
                            () -> calls.list("refused").toList(),
                            () -> calls.get("refused"),
                            () -> calls.put("refused", bytes(1, 1), 1),
                            // Sent in one request; the server hangs up before it is through.
                            () -> calls.put("refused", bytes(1, 3 * MEGABYTE), 3 * MEGABYTE),
                            () -> calls.put("refused", bytes(1, LARGE), LARGE));
            for (int i = 0; i < requests.size(); i++) {
                assertThatThrownBy(requests.get(i))
                        .as("request %d with %s", i, environment)
                        .isInstanceOf(StorageException.class)
                        .satisfies(failure -> expectation.accept(failure.getMessage()));
            }
        }
        assertThat(storage.find("refused").isPresent()).isFalse();
    }

    @Test
    void largeObject_isReadBackEqual() throws Exception {
        byte[] expected = putLarge("large/object", 7);
        StoredObject found = storage.find("large/object").orElseThrow();
        assertThat(found.size()).isEqualTo(LARGE);
        assertThat(storage.list("large/")).containsExactly(found);
        try (InputStream in = storage.get("large/object")) {
            assertThat(rest(in, MessageDigest.getInstance("SHA-256"))).isEqualTo(expected);
        }
    }

    @Test
    void contentThatFails_leavesNothing_norTouchesTheOldObject() throws Exception {
        for (int length : new int[] {100, LARGE}) {
            ThrowingCallable[] failing =
                    Stream.of("failed/new", "failed/old")
                            .map(key -> (ThrowingCallable) () -> putBroken(key, length))
                            .toArray(ThrowingCallable[]::new);
            put("failed/old", "old");
            for (ThrowingCallable put : failing) {
                assertThatThrownBy(put)
                        .isInstanceOf(IOException.class)
                        .hasMessage("the source broke");
            }
            assertThat(keys("failed/")).containsExactly("failed/old");
            assertThat(text("failed/old")).isEqualTo("old");
            assertThat(uploads("failed/")).as("parts that wait to become objects").isZero();
        }
    }

    /** One byte more is announced than the source gives before it breaks. */
    private static void putBroken(String key, int length) throws IOException {
        InputStream broken = new BrokenInputStream(new IOException("the source broke"));
        storage.put(key, new SequenceInputStream(bytes(1, length), broken), length + 1L);
    }

    private static int uploads(String prefix) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            bucket.addTo(context);
            return context.getRegistry()
                    .lookupByNameAndType("s3", S3Client.class)
                    .listMultipartUploads(request -> request.bucket("caravan").prefix(prefix))
                    .uploads()
                    .size();
        }
    }

    @Test
    void serverKilledInTheMiddleOfARead_theReadGoesOn() throws Exception {
        byte[] expected = put("killed/read", 11, BEYOND_BUFFERS);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = storage.get("killed/read")) {
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
                                storage.put(
                                        "killed/put",
                                        new SequenceInputStream(
                                                Collections.enumeration(
                                                        List.of(
                                                                bytes(1, 20 * MEGABYTE),
                                                                killing(),
                                                                bytes(2, 20 * MEGABYTE)))),
                                        40 * MEGABYTE))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("does not answer");
        sandbox.command("start", "s3");
        assertThat(storage.find("killed/put").isPresent()).isFalse();
        byte[] expected = putLarge("killed/put", 3);
        try (InputStream in = storage.get("killed/put")) {
            assertThat(rest(in, MessageDigest.getInstance("SHA-256"))).isEqualTo(expected);
        }
    }

    @Test
    void objectReplacedInTheMiddleOfARead_isAnError_notAMixture() throws Exception {
        put("replaced", 21, BEYOND_BUFFERS);
        try (InputStream in = storage.get("replaced")) {
            in.readNBytes(5 * MEGABYTE);
            put("replaced", 22, BEYOND_BUFFERS);
            // The open connection still brings old bytes; the next one must not bring new ones.
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
            try (InputStream in = storage.get("early")) {
                assertThat(in.read()).isNotNegative();
            }
        }
        InputStream in = storage.get("early");
        in.close();
        assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }

    @Test
    void destinations_areDirectoriesPrefixesAndUris_andShowWholeFilesOnly() throws Exception {
        String folder = directory.resolve("a/b").toString();
        for (String place :
                List.of(
                        folder,
                        "s3:below/100% +?/",
                        "file:" + folder + "-uri?fileName=${header.CamelFileName}",
                        "aws2-s3:caravan?keyName=uri/${header.CamelFileName}")) {
            Settings settings = Settings.load(Map.of("CARAVAN_AUDIT_DESTINATION", place));
            Destination destination =
                    Destination.of(settings, "caravan.audit.destination", () -> bucket);
            try (DefaultCamelContext context = new DefaultCamelContext()) {
                context.getStreamCachingStrategy().setSpoolEnabled(true);
                destination.addTo(context);
                context.addRoutes(writing(destination));
                context.start();
                ProducerTemplate template = context.createProducerTemplate();
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                template.sendBody("direct:write", bytes(2, 100));
                // Of unknown length, and more than a part.
                String written =
                        template.requestBody(
                                "direct:write",
                                new DigestInputStream(bytes(1, LARGE), digest),
                                String.class);
                assertThatThrownBy(
                                () ->
                                        template.sendBody(
                                                "direct:write",
                                                new SequenceInputStream(
                                                        bytes(3, LARGE),
                                                        new BrokenInputStream(
                                                                new IOException("it broke")))))
                        .hasRootCauseMessage("it broke");
                byte[] expected = digest.digest();
                try (InputStream in = read(written)) {
                    assertThat(rest(in, digest)).as(written).isEqualTo(expected);
                }
            }
        }
        assertThat(keys("below/")).containsExactly("below/100% +?/f.csv");
        assertThat(keys("uri/")).containsExactly("uri/f.csv");
        for (String place : List.of("a/b", "a/b-uri")) {
            try (var files = Files.list(directory.resolve(place))) {
                assertThat(files).containsExactly(directory.resolve(place).resolve("f.csv"));
            }
        }
    }

    private static RouteBuilder writing(Destination destination) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:write")
                        .noStreamCaching()
                        .errorHandler(noErrorHandler())
                        .convertBodyTo(StreamCache.class)
                        .setHeader(Exchange.FILE_NAME, constant("f.csv"))
                        .to(destination.uri())
                        .transform()
                        .method(destination, "written");
            }
        };
    }

    private static InputStream read(String place) throws IOException {
        String prefix = "s3://caravan/";
        return place.startsWith(prefix)
                ? storage.get(place.substring(prefix.length()))
                : Files.newInputStream(Path.of(place));
    }

    @Test
    void aFileThatIsReplaced_isThereAsAWhole_atEveryMoment() throws Exception {
        Settings settings =
                Settings.load(Map.of("CARAVAN_AUDIT_DESTINATION", directory.toString()));
        Destination destination =
                Destination.of(settings, "caravan.audit.destination", () -> bucket);
        Path file = directory.resolve("f.csv");
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            destination.addTo(context);
            context.addRoutes(writing(destination));
            context.start();
            ProducerTemplate template = context.createProducerTemplate();
            template.sendBody("direct:write", bytes(0, MEGABYTE));
            CompletableFuture<Void> writer =
                    CompletableFuture.runAsync(
                            () -> {
                                for (int i = 1; i < 300; i++) {
                                    template.sendBody("direct:write", bytes(i, MEGABYTE));
                                }
                            });
            int reads = 0;
            while (!writer.isDone()) {
                assertThat(Files.size(file)).isEqualTo(MEGABYTE);
                reads++;
            }
            writer.join();
            assertThat(reads).isPositive();
        }
    }

    @Test
    void routes_startWhileTheServerIsUnreachable_andWorkOnceItIsBack() throws Exception {
        put("back", "text");
        sandbox.command("kill", "s3");
        try (Bucket other = bucket(Map.of());
                StorageCalls calls = new StorageCalls(other)) {
            assertThatThrownBy(() -> calls.find("back"))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("does not answer");
            sandbox.command("start", "s3");
            assertThat(calls.find("back")).isPresent();
        }
    }

    /** Holds nothing; the server is killed when it is read. */
    private static InputStream killing() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                try {
                    sandbox.command("kill", "s3");
                    return -1;
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        };
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
