package routes.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import routes.board.Failures;
import routes.pipeline.NeedsPerson;
import routes.pipeline.Pipeline;
import routes.settings.SettingsException;

class LifecycleTest {
    private final Failures failures = new Failures();
    private Lifecycle lifecycle;

    @FunctionalInterface
    private interface Preparing {
        void prepare() throws Exception;
    }

    private static Pipeline pipeline(String name, Preparing preparing) {
        return new Pipeline() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Set<String> servers() {
                return Set.of();
            }

            @Override
            public void prepare() throws Exception {
                preparing.prepare();
            }

            @Override
            public void start() {
                // prepare() is what these tests are about
            }
        };
    }

    private void start(Pipeline... pipelines) {
        lifecycle = new Lifecycle(List.of(pipelines), failures, () -> {});
        lifecycle.start();
    }

    @AfterEach
    void stop() {
        lifecycle.stopping();
        lifecycle.close();
    }

    @Test
    void serverThatIsUnreachable_isWaitedFor_andKeepsNobodyElse() throws Exception {
        CountDownLatch other = new CountDownLatch(1);
        CountDownLatch reachable = new CountDownLatch(1);
        start(
                pipeline(
                        "outbox a",
                        () -> {
                            if (reachable.getCount() > 0) {
                                throw new SQLException(new ConnectException("refused"));
                            }
                        }),
                pipeline("sink b", other::countDown));
        assertThat(other.await(10, TimeUnit.SECONDS)).isTrue();
        Awaitility.await("it waits").until(() -> failures.ofWaiting().size() == 1);
        assertThat(failures.ofWaiting().get("outbox a").person()).isFalse();
        assertThat(lifecycle.running()).isNotDone();
        reachable.countDown();
        lifecycle.running().get(10, TimeUnit.SECONDS);
        assertThat(failures.ofWaiting()).isEmpty();
    }

    @Test
    void oneThatNeverComesBack_keepsNobodyElse_andEndsWithTheStop() throws Exception {
        CountDownLatch other = new CountDownLatch(1);
        CountDownLatch given = new CountDownLatch(1);
        start(
                pipeline(
                        "outbox a",
                        () -> {
                            try {
                                new CountDownLatch(1).await();
                            } finally {
                                given.countDown();
                            }
                        }),
                pipeline("sink b", other::countDown));
        assertThat(other.await(10, TimeUnit.SECONDS)).isTrue();
        lifecycle.stopping();
        assertThat(given.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatAPersonHasToDo_isToldApart_andTriedLessOften() {
        AtomicInteger tries = new AtomicInteger();
        start(
                pipeline(
                        "stream x",
                        () -> {
                            tries.incrementAndGet();
                            throw new NeedsPerson("rows without a subscription: run TRUNCATE");
                        }));
        Awaitility.await("three tries")
                .atMost(Duration.ofSeconds(20))
                .until(() -> tries.get() >= 3);
        assertThat(failures.ofWaiting().get("stream x").person()).isTrue();
        assertThat(failures.ofWaiting().get("stream x").failure().reason()).contains("TRUNCATE");
    }

    @Test
    void wrongSetting_endsAll() {
        start(
                pipeline(
                        "sink a",
                        () -> {
                            throw new SettingsException("caravan.sink.a.ddl: line 3");
                        }));
        assertThatThrownBy(() -> lifecycle.running().get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SettingsException.class);
    }

    @Test
    void nothingToStart_runs() {
        start();
        assertThat(lifecycle.running()).isDone();
    }
}
