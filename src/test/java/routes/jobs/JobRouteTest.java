package routes.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.Variable;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.MockedSteps;

/** The job's routes with Postgres replaced, and the bean's decisions recorded. */
class JobRouteTest extends CamelTestSupport {
    private static final String DAY = "2026-03-29";

    private final List<String> steps = new ArrayList<>();
    private final Deque<String> due = new LinkedList<>(List.of(DAY, DAY));
    private boolean held;
    private boolean workFails;
    private String refuses = "";
    private MockedSteps counts;

    @BindToRegistry("job-x")
    private final Steps recorded = new Steps();

    @BindToRegistry("quiet")
    private final ExceptionHandler quiet = new LoggingExceptionHandler(null, getClass());

    /** Stands for {@link Job}; Camel calls it by name. */
    public final class Steps {
        public void fire(Exchange exchange) {
            steps.add("fire");
        }

        public void fired() {
            steps.add("fired");
        }

        public Object take(@Body String day) {
            steps.add("take " + day);
            return held ? null : "taken " + day;
        }

        public boolean isNext(@Body String next, @Variable("taken") String taken) {
            return taken.equals("taken " + next);
        }

        public void succeed(@Body Object day) {
            steps.add("succeed " + day);
        }

        public void done(@Body Object day) {
            steps.add("done " + day);
        }

        public void failed(
                @Variable("taken") Object day,
                @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
            steps.add("failed " + day + ": " + failure.getMessage());
        }

        public void measured(@Body Map<String, Number> due) {
            steps.add("measured " + due.get("days") + " days");
        }

        public void release(Object day) {
            steps.add("release " + day);
        }
    }

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected RoutesBuilder[] createRouteBuilders() {
        return new RoutesBuilder[] {
            new JobRoute(),
            new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:x").process(JobRouteTest.this::work);
                }
            }
        };
    }

    private void work(Exchange exchange) {
        steps.add("work on " + exchange.getIn().getBody());
        if (workFails) {
            throw new IllegalStateException("the work fails");
        }
    }

    @BeforeEach
    void start() throws Exception {
        add("job-work");
        add("job");
        add("schedule");
        add("job-backlog");
        counts = new MockedSteps(context);
        counts.replace("job-backlog-x", "count");
        AdviceWith.adviceWith(
                context,
                "job-work-x",
                route -> route.weaveById(".*-write-done").replace().to("mock:done"));
        AdviceWith.adviceWith(
                context,
                "job-x",
                route -> {
                    route.replaceFromWith("direct:look");
                    route.weaveById(".*-look").replace().to("mock:look");
                    route.weaveById(".*-look-again").replace().to("mock:look");
                    route.weaveById(".*-note").replace().to("mock:failed");
                });
        AdviceWith.adviceWith(
                context,
                "schedule-x",
                route -> {
                    route.replaceFromWith("direct:fire");
                    route.weaveById(".*-make-due").replace().to("mock:make-due");
                });
        getMockEndpoint("mock:look")
                .whenAnyExchangeReceived(
                        exchange -> {
                            assertThat(exchange.getVariable("job")).isEqualTo("x");
                            if (refuses.equals(steps.isEmpty() ? "look" : "look-again")) {
                                throw new IllegalStateException("Postgres is unreachable");
                            }
                            exchange.getIn().setBody(due.poll());
                        });
        for (String note : Arrays.asList("done", "failed", "make-due")) {
            getMockEndpoint("mock:" + note)
                    .whenAnyExchangeReceived(
                            exchange -> {
                                if (refuses.equals(note)) {
                                    throw new IllegalStateException("Postgres is unreachable");
                                }
                                steps.add("write " + note);
                            });
        }
        context.start();
    }

    private void add(String template) {
        CamelContext started = context;
        TemplatedRouteBuilder.builder(started, template)
                .routeId(template + "-x")
                .parameter("name", "x")
                .parameter("cron", "0+0+2+*+*+?")
                .add();
    }

    /** Looks once, and says whether the next look comes at once. */
    private boolean look() {
        return template.send("direct:look", exchange -> {})
                .getProperty(Exchange.SCHEDULER_POLLED_MESSAGES, Boolean.class);
    }

    @Test
    void schedule_makesItsDayDue() {
        template.sendBody("direct:fire", null);
        assertThat(steps).containsExactly("fire", "write make-due", "fired");
    }

    @Test
    void dayCannotBeMadeDue_theScheduleFails_andTheDayIsNotCalledDue() {
        refuses = "make-due";
        assertThat(template.send("direct:fire", exchange -> {}).getException())
                .hasMessage("Postgres is unreachable");
        assertThat(steps).containsExactly("fire");
    }

    @Test
    void dueDaysCannotBeLookedFor_noDayIsTaken() {
        refuses = "look";
        Exchange look = template.send("direct:look", exchange -> {});
        assertThat(look.getException()).hasMessage("Postgres is unreachable");
        assertThat(look.getProperty(Exchange.SCHEDULER_POLLED_MESSAGES)).isEqualTo(false);
        assertThat(steps).isEmpty();
    }

    @Test
    void dueDayCannotBeLookedForAgain_itIsNotWorkedOn_butNotedAndReleased() {
        refuses = "look-again";
        assertThat(look()).isFalse();
        assertThat(steps)
                .containsExactly(
                        "take " + DAY,
                        "failed taken " + DAY + ": Postgres is unreachable",
                        "write failed",
                        "release taken " + DAY);
    }

    private Exchange count(int days) {
        counts.answer("count", message -> message.setBody(Map.of("days", days)));
        return counts.send("direct:job-backlog-x", null);
    }

    @Test
    void dueDays_areCounted_alsoWhereThereAreNone() {
        assertThat(count(2).getException()).isNull();
        assertThat(counts.received("count").getExchange().getVariable("job")).isEqualTo("x");
        assertThat(count(0).getException()).isNull();
        assertThat(steps).containsExactly("measured 2 days", "measured 0 days");
    }

    @Test
    void dueDaysCannotBeCounted_nothingIsMeasured() {
        counts.refuse("count");
        assertThat(count(2).getException()).hasMessage("count refuses");
        assertThat(steps).isEmpty();
    }

    @Test
    void nothingDue_nothingHappens() {
        due.clear();
        assertThat(look()).isFalse();
        assertThat(steps).isEmpty();
    }

    @Test
    void dueDay_isWorkedOn_notedAsDone_andReleased_andTheNextIsLookedForAtOnce() {
        assertThat(look()).isTrue();
        assertThat(steps)
                .containsExactly(
                        "take " + DAY,
                        "work on taken " + DAY,
                        "succeed taken " + DAY,
                        "write done",
                        "done taken " + DAY,
                        "release taken " + DAY);
    }

    @Test
    void jobThatAnotherRuntimeHolds_isLeftToIt() {
        held = true;
        assertThat(look()).isFalse();
        assertThat(steps).containsExactly("take " + DAY);
    }

    @Test
    void dayThatAnotherRuntimeHasDoneMeanwhile_isNotDoneAgain() {
        due.removeLast();
        assertThat(look()).isFalse();
        assertThat(steps).containsExactly("take " + DAY, "release taken " + DAY);
    }

    @Test
    void workThatFails_isNoted_andReleased() {
        workFails = true;
        assertThat(look()).isFalse();
        assertThat(steps)
                .containsExactly(
                        "take " + DAY,
                        "work on taken " + DAY,
                        "failed taken " + DAY + ": the work fails",
                        "write failed",
                        "release taken " + DAY);
    }

    @Test
    void transactionThatIsLost_theDayIsNotedAsFailed_andReleased() {
        refuses = "done";
        assertThat(look()).isFalse();
        assertThat(steps)
                .containsSubsequence(
                        "succeed taken " + DAY,
                        "failed taken " + DAY + ": Postgres is unreachable",
                        "write failed",
                        "release taken " + DAY)
                .doesNotContain("done taken " + DAY);
    }

    @Test
    void failureThatCannotBeNoted_theDayIsReleased() {
        workFails = true;
        refuses = "failed";
        assertThat(look()).isFalse();
        assertThat(steps).endsWith("release taken " + DAY);
    }
}
