package routes.replication;

import static org.assertj.core.api.Assertions.assertThat;

import harness.RuntimeProcess;
import harness.Services;
import harness.ViewingEvents;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A subscription that is stopped, and a subscriber that is rebuilt, on the engines. */
class ReplicationIT {
    private static final String SUBSCRIPTION = "caravan_viewing_events";

    @Test
    void stopped_isAWarningThatSaysWhatToDo_resumed_nothingIsMissing() throws Exception {
        try (ViewingEvents events = new ViewingEvents(Services.running())) {
            Map<String, String> environment = events.environment();
            environment.put("CARAVAN_CINEMA_WAL_LIMIT", "64kB");
            try (RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
                events.insert(100);
                events.assertEqualEverywhere();
                long before = events.arrived();
                events.subscriber().execute("ALTER SUBSCRIPTION " + SUBSCRIPTION + " DISABLE");
                try {
                    // The statement does not wait for the subscription's worker to end.
                    Awaitility.await("the worker's end")
                            .atMost(Duration.ofSeconds(30))
                            .until(
                                    () ->
                                            !slotIsActive(events)
                                                    && runtime.metric(
                                                                    "caravan_replication_active",
                                                                    SUBSCRIPTION)
                                                            == 0);
                    events.insert(3_000);
                    // The warning alone can be older: a slot holds back confirmed log, too.
                    Awaitility.await("a look at what was inserted")
                            .atMost(Duration.ofSeconds(60))
                            .until(
                                    () ->
                                            runtime.metric(
                                                            "caravan_replication_lag_bytes",
                                                            SUBSCRIPTION)
                                                    > 64 * 1024);
                    Awaitility.await("the warning")
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> runtime.log().contains("event=replication do="));
                    assertThat(runtime.get("/observe/health/ready").statusCode()).isEqualTo(200);
                    assertThat(runtime.get("/observe/health").body())
                            .contains("holds back")
                            .contains("ALTER SUBSCRIPTION " + SUBSCRIPTION + " ENABLE")
                            .contains("\"heldBytes\":")
                            .contains("\"loaderRows\":");
                    assertThat(runtime.metric("caravan_replication_active", SUBSCRIPTION)).isZero();
                    assertThat(runtime.metric("caravan_replication_held_bytes", SUBSCRIPTION))
                            .isGreaterThan(64 * 1024);
                    Awaitility.await("the lag grows")
                            .atMost(Duration.ofSeconds(30))
                            .until(
                                    () ->
                                            runtime.metric(
                                                            "caravan_replication_lag_seconds",
                                                            SUBSCRIPTION)
                                                    > 4);
                    assertThat(events.arrived()).isEqualTo(before);
                } finally {
                    events.subscriber().execute("ALTER SUBSCRIPTION " + SUBSCRIPTION + " ENABLE");
                }
                events.assertEqualEverywhere();
                assertThat(events.arrived()).isEqualTo(before + 3_000);
                Awaitility.await("all is well again")
                        .atMost(Duration.ofSeconds(60))
                        .until(
                                () ->
                                        runtime.metric("caravan_replication_active", SUBSCRIPTION)
                                                        == 1
                                                && runtime.metric(
                                                                "caravan_replication_lag_seconds",
                                                                SUBSCRIPTION)
                                                        == 0);
            }
        }
    }

    private static boolean slotIsActive(ViewingEvents events) {
        return events.publisher()
                .queryForObject(
                        "SELECT active FROM pg_replication_slots WHERE starts_with(slot_name, ?)",
                        Boolean.class,
                        SUBSCRIPTION);
    }

    @Test
    void rebuiltFromScratch_allIsSentAgain_andArrivesOnce() throws Exception {
        try (ViewingEvents events = new ViewingEvents(Services.running());
                RuntimeProcess runtime =
                        RuntimeProcess.start(events.environment()).awaitRunning()) {
            events.insert(500);
            events.assertEqualEverywhere();
            long before = events.arrived();
            events.subscriber().execute("DROP SUBSCRIPTION " + SUBSCRIPTION);
            events.subscriber().execute("DROP SCHEMA raw, caravan_arrivals CASCADE");
            events.insert(500);
            events.assertEqualEverywhere();
            Awaitility.await("repetitions left out by key")
                    .atMost(Duration.ofSeconds(60))
                    .until(
                            () ->
                                    runtime.metric(
                                                    "caravan_sink_duplicates_total",
                                                    "viewing_events")
                                            >= before);
            assertThat(events.arrived()).isEqualTo(before + 500);
        }
    }

    @Test
    void rebuiltWhileTheSlotIsLeft_goesOnByItself() throws Exception {
        try (ViewingEvents events = new ViewingEvents(Services.running());
                RuntimeProcess runtime =
                        RuntimeProcess.start(events.environment()).awaitRunning()) {
            events.insert(100);
            events.assertEqualEverywhere();
            events.subscriber().execute("ALTER SUBSCRIPTION " + SUBSCRIPTION + " DISABLE");
            events.subscriber()
                    .execute("ALTER SUBSCRIPTION " + SUBSCRIPTION + " SET (slot_name = NONE)");
            // The position stays, and is none in the table that is made anew.
            events.subscriber()
                    .execute("DROP SUBSCRIPTION " + SUBSCRIPTION + "; DROP SCHEMA raw CASCADE");
            events.insert(100);
            events.assertEqualEverywhere();
            assertThat(runtime.log())
                    .contains("event=slot-taken-over")
                    .contains("event=table-made-anew");
        }
    }
}
