package routes.replication;

import static org.assertj.core.api.Assertions.assertThat;

import harness.RuntimeProcess;
import harness.Services;
import harness.ViewingEvents;
import java.time.Duration;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Viewing events from the publisher through the subscriber into ClickHouse, on the engines. */
class CinemaIT {
    private static final String ONE =
            "INSERT INTO raw.events (user_id, movie_id, event_type, event_time) VALUES (1, 2,"
                    + " 'play', '2026-01-02 03:04:05.678901')";

    @Test
    void rowsOfBeforeDuringAndAfterTheCopy_arriveOnce() throws Exception {
        try (ViewingEvents events = new ViewingEvents(Services.running())) {
            events.insert(20_000);
            try (RuntimeProcess runtime = RuntimeProcess.start(events.environment())) {
                Random random = new Random(1);
                Awaitility.await("the loader at work while rows are written")
                        .atMost(Duration.ofSeconds(90))
                        .pollInterval(Duration.ofMillis(20))
                        .ignoreExceptions()
                        .until(
                                () -> {
                                    events.publisher().execute(ViewingEvents.insertion(10, random));
                                    return events.arrived() > 20_000;
                                });
                runtime.awaitRunning();
                events.publisher().execute(ONE.replace("2,", "NULL,").replace("'play'", "NULL"));
                events.assertEqualEverywhere();
            }
        }
    }

    @Test
    void rowThatIsCommittedLateWithALowerId_arrives() throws Exception {
        try (ViewingEvents events = new ViewingEvents(Services.running());
                RuntimeProcess runtime = RuntimeProcess.start(events.environment()).awaitRunning();
                var late = events.publisher().getDataSource().getConnection();
                var statement = late.createStatement()) {
            events.assertEqualEverywhere();
            long before = events.arrived();
            late.setAutoCommit(false);
            statement.execute(ONE);
            events.insert(100);
            Awaitility.await("the rows with greater ids")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> events.arrived() == before + 100);
            late.commit();
            events.assertEqualEverywhere();
            assertThat(events.arrived()).isEqualTo(before + 101);
            assertThat(runtime.log()).doesNotContain("event=batch-rolled-back");
        }
    }
}
