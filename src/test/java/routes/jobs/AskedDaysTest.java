package routes.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.sql.SqlComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.ProcessorEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written of the days that people ask for, with Postgres replaced. */
class AskedDaysTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 3, 29);

    private final List<String> written = new ArrayList<>();
    private final CamelContext context = new DefaultCamelContext();
    private Object answer;
    private AskedDays days;

    /** Work that begins on the 10th. */
    private final Work work =
            new Work() {
                @Override
                public String name() {
                    return "x";
                }

                @Override
                public int daysBack() {
                    return 1;
                }

                @Override
                public void prepare() {}

                @Override
                public void addTo(CamelContext context) {}

                @Override
                public Optional<String> refuses(LocalDate day, ProducerTemplate routes) {
                    return day.getDayOfMonth() < 10
                            ? Optional.of(day + " is before the first file")
                            : Optional.empty();
                }
            };

    @BeforeEach
    void start() {
        context.addComponent(
                "sql",
                new SqlComponent() {
                    @Override
                    protected Endpoint createEndpoint(
                            String uri, String statement, Map<String, Object> parameters) {
                        parameters.clear();
                        return new ProcessorEndpoint(
                                uri, this, exchange -> write(statement, exchange));
                    }
                });
        context.start();
        days =
                new AskedDays(
                        context.createProducerTemplate(),
                        Clock.fixed(Instant.parse("2026-03-29T23:59:59Z"), ZoneOffset.UTC));
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private void write(String statement, Exchange exchange) {
        Map<String, Object> values = exchange.getMessage().getHeaders();
        written.add(
                "%s %s %s"
                        .formatted(
                                statement.replaceAll(".*/|\\.sql", ""),
                                values.get("job"),
                                values.get("day")));
        for (String more : List.of("user", "refused", "message")) {
            if (values.containsKey(more)) {
                written.add(more + " " + values.get(more));
            }
        }
        exchange.getMessage().setBody(answer);
    }

    @Test
    void todayAndDaysBefore_areMadeDue() throws Exception {
        days.askFor(work, TODAY);
        days.askFor(work, TODAY.minusDays(19));
        assertThat(written).containsExactly("ask_for x 2026-03-29", "ask_for x 2026-03-10");
    }

    @Test
    void dayToCome_isRefused_andListedAmongTheRuns() {
        assertThatThrownBy(() -> days.askFor(work, TODAY.plusDays(1)))
                .isInstanceOf(DayRefused.class)
                .hasMessage("2026-03-30 is still to come: today is 2026-03-29 in UTC");
        assertThat(written)
                .containsExactly(
                        "not_done x 2026-03-30",
                        "refused true",
                        "message 2026-03-30 is still to come: today is 2026-03-29 in UTC");
    }

    @Test
    void dayThatTheWorkRefuses_isRefused_andListedAmongTheRuns() {
        assertThatThrownBy(() -> days.check(work, TODAY.minusDays(20)))
                .isInstanceOf(DayRefused.class)
                .hasMessage("2026-03-09 is before the first file");
        assertThat(written).startsWith("not_done x 2026-03-09", "refused true");
    }

    @Test
    void dayThatIsDue_isCancelled_withWhoWantedIt() {
        answer = "2026-03-29";
        assertThat(days.cancel("x", TODAY, "anna")).isTrue();
        assertThat(written).containsExactly("cancel x 2026-03-29", "user anna");
    }

    @Test
    void dayThatIsNotDue_isNotCancelled() {
        answer = null;
        assertThat(days.cancel("x", TODAY, "anna")).isFalse();
    }

    @Test
    void tryByHandThatFails_isListed_andOneThatOnlyWaitsIsNot() {
        JobDay day = JobDays.unlocked("x", TODAY);
        days.failed(day, new NotYet("the file has not come"));
        assertThat(written).isEmpty();
        days.failed(day, new IllegalStateException("12 bad lines"));
        assertThat(written)
                .containsExactly("not_done x 2026-03-29", "refused false", "message 12 bad lines");
    }
}
