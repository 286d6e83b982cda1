package routes.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.commons.io.input.BrokenInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.settings.Settings;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsRequest;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What the routes ask the bucket for and hand back, with the bucket's endpoints replaced. */
class StorageRoutesTest extends CamelTestSupport {
    private static final StorageException MISSING =
            StorageException.missing("s3://caravan/a", null);
    private static final StorageException NO_BUCKET = StorageException.refused("no bucket", null);
    private static final StorageException UNREACHABLE =
            StorageException.passing("does not answer", null);

    private final List<Exchange> asked = new ArrayList<>();
    private Processor head = exchange -> {};
    private Processor bucket = exchange -> {};
    private Processor answer = exchange -> {};
    private Processor rest = exchange -> {};

    @Override
    public boolean isUseAdviceWith() {
        return true;
    }

    @BeforeEach
    void replaceTheBucket() throws Exception {
        Bucket.of(Settings.load(Map.of("CARAVAN_S3_SECRET_KEY", "secret"))).addTo(context);
        AdviceWith.adviceWith(
                context,
                "storage-find",
                find -> {
                    find.weaveById("head-object").replace().process(e -> ask(head, e));
                    find.weaveById("head-bucket").replace().process(e -> ask(bucket, e));
                });
        for (String id :
                List.of(
                        "page/list-objects",
                        "get/get-object",
                        "put/put-object",
                        "remove/delete-object",
                        "resume/get-rest")) {
            String[] names = id.split("/");
            AdviceWith.adviceWith(
                    context,
                    "storage-" + names[0],
                    route ->
                            route.weaveById(names[1])
                                    .replace()
                                    .process(
                                            e ->
                                                    ask(
                                                            names[0].equals("resume")
                                                                    ? rest
                                                                    : answer,
                                                            e)));
        }
        context.start();
    }

    private void ask(Processor processor, Exchange exchange) throws Exception {
        asked.add(exchange.copy());
        processor.process(exchange);
    }

    private static Processor failing(Exception failure) {
        return exchange -> {
            throw failure;
        };
    }

    private static ResponseInputStream<GetObjectResponse> object(InputStream bytes, long length) {
        return new ResponseInputStream<>(
                GetObjectResponse.builder().contentLength(length).eTag("tag").build(),
                AbortableInputStream.create(bytes));
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private Object header(int question, String name) {
        return asked.get(question).getMessage().getHeader(name);
    }

    private StoredObject find(String key) {
        return template.requestBody("direct:storage-find", key, StoredObject.class);
    }

    private InputStream get(String key) {
        return template.requestBodyAndHeader(
                "direct:storage-get", null, StorageRoutes.KEY, key, InputStream.class);
    }

    @Test
    void object_isFound_asItIs() {
        Instant modified = Instant.parse("2026-03-29T00:00:00Z");
        head =
                exchange ->
                        exchange.getMessage()
                                .setBody(
                                        HeadObjectResponse.builder()
                                                .contentLength(9L)
                                                .eTag("tag")
                                                .lastModified(modified)
                                                .build());
        assertThat(find("${body}")).isEqualTo(new StoredObject("${body}", 9, "tag", modified));
        assertThat(asked).hasSize(1);
        assertThat(header(0, "CamelAwsS3Key")).isEqualTo("${body}");
    }

    @Test
    void missingObject_isNothing_inABucketThatIsThere() {
        head = failing(MISSING);
        assertThat(find("a")).isNull();
        assertThat(header(1, "CamelAwsS3OverrideBucketName")).isEqualTo("caravan");
    }

    @Test
    void missingBucket_refusedAndUnreachable_areNoAnswer() {
        head = failing(MISSING);
        bucket = failing(NO_BUCKET);
        assertThatThrownBy(() -> find("a")).hasCause(NO_BUCKET);
        for (StorageException failure : List.of(NO_BUCKET, UNREACHABLE)) {
            head = failing(failure);
            assertThatThrownBy(() -> find("a")).hasCause(failure);
        }
        assertThat(asked).hasSize(4);
    }

    @Test
    void page_isAskedFor_behindAKey() {
        answer =
                exchange ->
                        exchange.getMessage()
                                .setBody(List.of(S3Object.builder().key("a/b/").build()));
        assertThat(
                        template.requestBodyAndHeader(
                                "direct:storage-page", "a/9", StorageRoutes.PREFIX, "a/"))
                .isEqualTo(List.of(new StoredObject("a/b/", 0, null, null)));
        assertThat(asked.get(0).getMessage().getBody())
                .isEqualTo(
                        ListObjectsRequest.builder()
                                .bucket("caravan")
                                .prefix("a/")
                                .marker("a/9")
                                .build());
    }

    @Test
    void connectionThatBreaks_isFollowedByAnother_ofTheSameContent() throws Exception {
        answer = exchange -> exchange.getMessage().setBody(object(broken("first "), 11));
        rest = exchange -> exchange.getMessage().setBody(object(stream("words"), 5));
        try (InputStream in = get("a")) {
            assertThat(in).hasContent("first words");
        }
        assertThat(asked.get(1).getMessage().getBody())
                .isEqualTo(
                        GetObjectRequest.builder()
                                .bucket("caravan")
                                .key("a")
                                .ifMatch("tag")
                                .range("bytes=6-")
                                .build());
    }

    private static InputStream broken(String text) {
        return new java.io.SequenceInputStream(stream(text), BrokenInputStream.INSTANCE);
    }

    @Test
    void connectionThatEndsEarly_isFollowedByAnother_untilThePatienceEnds() throws Exception {
        answer = exchange -> exchange.getMessage().setBody(object(stream("first"), 11));
        rest = exchange -> exchange.getMessage().setBody(object(stream(""), 6));
        try (InputStream in = get("a")) {
            assertThatThrownBy(in::readAllBytes).hasMessage("byte 5 of 11 is the last");
        }
        assertThat(asked).hasSize(9);
    }

    @Test
    void serverThatComesBack_isWaitedFor_oneThatRefuses_isNot() throws Exception {
        answer = exchange -> exchange.getMessage().setBody(object(broken("first "), 11));
        rest =
                exchange -> {
                    if (asked.size() < 3) {
                        throw UNREACHABLE;
                    }
                    exchange.getMessage().setBody(object(stream("words"), 5));
                };
        assertThat(get("a")).hasContent("first words");
        assertThat(asked).hasSize(3);
        rest = failing(NO_BUCKET);
        assertThatThrownBy(() -> get("a").readAllBytes()).isSameAs(NO_BUCKET);
        assertThat(asked).hasSize(5);
    }

    @Test
    void firstConnection_isNotTriedAgain() {
        for (StorageException failure : List.of(MISSING, UNREACHABLE)) {
            answer = failing(failure);
            assertThatThrownBy(() -> get("a"))
                    .isInstanceOf(CamelExecutionException.class)
                    .hasCause(failure);
        }
        assertThat(asked).hasSize(2);
    }

    @Test
    void putAndRemove_nameTheKey_andTellWhyTheyFail() {
        template.sendBodyAndHeader("direct:storage-put", "text", StorageRoutes.KEY, "a");
        template.sendBodyAndHeader("direct:storage-remove", null, StorageRoutes.KEY, "b");
        assertThat(header(0, StorageRoutes.KEY)).isEqualTo("a");
        assertThat(header(1, StorageRoutes.KEY)).isEqualTo("b");
        answer = failing(UNREACHABLE);
        for (String route : List.of("put", "remove", "page")) {
            assertThatThrownBy(
                            () ->
                                    template.sendBodyAndHeader(
                                            "direct:storage-" + route, "", StorageRoutes.KEY, "a"))
                    .hasCause(UNREACHABLE);
        }
    }
}
