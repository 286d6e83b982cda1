package routes.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.BindToRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The job template's order of steps, with the steps themselves recorded. */
class JobRouteTest extends CamelTestSupport {
    private final List<String> steps = new ArrayList<>();
    private String due = "a day";
    private boolean workFails;
    private boolean storeFails;

    @BindToRegistry("job-x")
    private final Steps recorded = new Steps();

    @BindToRegistry("quiet")
    private final ExceptionHandler quiet = new LoggingExceptionHandler(null, getClass());

    /** Stands for {@link Job}; Camel calls it by name. */
    public final class Steps {
        public Object next() {
            steps.add("next");
            return due;
        }

        public void done(Object day) {
            steps.add("done " + day);
            if (storeFails) {
                throw new IllegalStateException("Postgres is away");
            }
        }

        public void failed(Object day, Throwable failure) {
            steps.add("failed " + day + ": " + failure.getMessage());
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
        CamelContext started = context;
        TemplatedRouteBuilder.builder(started, "job").routeId("job-x").parameter("name", "x").add();
        AdviceWith.adviceWith(started, "job-x", route -> route.replaceFromWith("direct:look"));
        started.start();
    }

    /** Looks once, and says whether the next look comes at once. */
    private boolean look() {
        return template.send("direct:look", exchange -> {})
                .getProperty(Exchange.SCHEDULER_POLLED_MESSAGES, Boolean.class);
    }

    @Test
    void nothingDue_nothingHappens() {
        due = null;
        assertThat(look()).isFalse();
        assertThat(steps).containsExactly("next");
    }

    @Test
    void dueDay_isWorkedOn_doneAndReleased_andTheNextIsLookedForAtOnce() {
        assertThat(look()).isTrue();
        assertThat(steps).containsExactly("next", "work on a day", "done a day", "release a day");
    }

    @Test
    void workThatFails_isNoted_andReleased() {
        workFails = true;
        assertThat(look()).isFalse();
        assertThat(steps)
                .containsExactly(
                        "next", "work on a day", "failed a day: the work fails", "release a day");
    }

    @Test
    void storeThatRefuses_theDayIsNotedAsFailed_andReleased() {
        storeFails = true;
        assertThat(look()).isFalse();
        assertThat(steps)
                .containsExactly(
                        "next",
                        "work on a day",
                        "done a day",
                        "failed a day: Postgres is away",
                        "release a day");
    }
}
