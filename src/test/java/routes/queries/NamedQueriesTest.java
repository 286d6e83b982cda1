package routes.queries;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamedQueriesTest {
    /** In Moscow it is the next day already. */
    private static final Clock LATE =
            Clock.fixed(Instant.parse("2026-03-29T21:30:00Z"), ZoneOffset.UTC);

    @Test
    void usualDaysOfAttendance_endWithTodayInMoscow_andOthersInUtc() {
        assertThat(NamedQueries.values("attendance_by_group", Map.of(), LATE))
                .containsExactly(Map.entry("from", "2026-03-01"), Map.entry("to", "2026-03-30"));
        assertThat(NamedQueries.values("activity", Map.of(), LATE))
                .containsExactly(Map.entry("from", "2026-02-28"), Map.entry("to", "2026-03-29"));
        assertThat(NamedQueries.values("attendance_by_group", Map.of("to", "2026-03-10"), LATE))
                .containsExactly(Map.entry("from", "2026-02-09"), Map.entry("to", "2026-03-10"));
    }

    @Test
    void aQueryGivesAllRows_orTheFirstPart_unlessMostIsGiven() {
        assertThat(NamedQueries.values("loads", Map.of()))
                .containsEntry(NamedQueries.MOST, NamedQueries.ALL);
        assertThat(NamedQueries.values("loads", Map.of("most", "5"))).containsEntry("most", "5");
        assertThat(NamedQueries.values("rejected_lines", Map.of()))
                .containsEntry("after", "0")
                .containsEntry("most", "100");
        assertThat(NamedQueries.values("activity", Map.of())).doesNotContainKeys("most", "after");
    }

    @Test
    void queriesThatMayTellPeoplesNames_areKnown() {
        assertThat(NamedQueries.names().stream().filter(NamedQueries::namesPeople))
                .containsExactly(
                        "attendance_by_teacher",
                        "attendance_students",
                        "rejected_line",
                        "rejected_lines",
                        "user_login");
    }
}
