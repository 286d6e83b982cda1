package routes.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ReasonTest {
    @Test
    void theClassOfAQuotedFailure_isLeftOut() {
        assertThat(
                        Reason.of(
                                new IllegalStateException(
                                        "java.net.ConnectException: Connection refused")))
                .isEqualTo("Connection refused");
        assertThat(
                        Reason.of(
                                new IllegalStateException(
                                        "Query request failed\n"
                                            + " (attempt: 1, duration: 2ms, queryId: null): it does"
                                            + " not answer")))
                .isEqualTo("it does not answer");
    }

    @Test
    void theSelectorsOfMongoDbsClient_areLeftOut() {
        assertThat(
                        Reason.of(
                                new IllegalStateException(
                                        "Timed out while waiting for a server that matches"
                                            + " ReadPreferenceServerSelector{readPreference=primary}."
                                            + " Client view of cluster state is {type=UNKNOWN}")))
                .isEqualTo("Timed out while waiting for a server");
    }

    @Test
    void theWordsOfClickHousesClientAroundAFailure_areLeftOut() {
        assertThat(
                        Reason.of(
                                new IllegalStateException(
                                        "Query request failed (attempt: 1, duration: 2ms)",
                                        new ConnectException("Connection refused"))))
                .isEqualTo("Connection refused");
    }

    @Test
    void whatS3SaysOfItsRequests_isLeftOut() {
        String said = "(Service: S3, Status Code: 404, Request ID: 44)";
        assertThat(
                        Reason.of(
                                new IllegalStateException(
                                        "There is no s3://a/b",
                                        new IllegalStateException(
                                                said + " (SDK Attempt Count: 1) " + said))))
                .isEqualTo("There is no s3://a/b");
        assertThat(
                        Reason.of(
                                new IllegalStateException(
                                        "The bucket is not there. "
                                                + said
                                                + " (SDK Attempt"
                                                + " Count: 1)")))
                .isEqualTo("The bucket is not there.");
    }

    @Test
    void whatS3AnswersWithoutAWord_isItsStatus() {
        String said = " (Service: S3, Status Code: 500, Request ID: 44) (SDK Attempt Count: 3)";
        assertThat(Reason.of(new IllegalStateException(said))).isEqualTo("status 500");
        assertThat(Reason.of(new IllegalStateException("null" + said))).isEqualTo("status 500");
        assertThat(
                        Reason.of(
                                new IllegalStateException(
                                        "Query request failed (attempt: 1, duration: 2ms)")))
                .isEqualTo("illegal state");
    }

    @Test
    void aFailureWithoutWords_isSaidByItsType() {
        assertThat(Reason.of(new TimeoutException())).isEqualTo("timeout");
        assertThat(Reason.of(new NoSuchFileException("/a"))).isEqualTo("/a is not there");
        assertThat(Reason.of(new ConnectException())).isEqualTo("connect");
    }

    @Test
    void aFileThatMayNotBeUsed_isSaidSo() {
        assertThat(Reason.of(new AccessDeniedException("/etc/shadow")))
                .isEqualTo("/etc/shadow may not be used");
    }

    @Test
    void aPasswordInAnAddress_isLeftOut() {
        assertThat(
                        Reason.of(
                                new IllegalStateException(
                                        "no answer of jdbc:postgresql://db/x?password=s3cret")))
                .isEqualTo("no answer of jdbc:postgresql://db/x?password=...");
    }
}
