package routes.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Services;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.sql.SqlConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** A day that somebody asks for while it is worked on. */
class AskedAgainIT {
    private static final String JOB = "asked-again";
    private static final LocalDate DAY = LocalDate.of(2026, 3, 29);

    private static final Work WORK =
            new Work() {
                @Override
                public String name() {
                    return JOB;
                }

                @Override
                public int daysBack() {
                    return 1;
                }

                @Override
                public void prepare() {
                    // Nothing is worked on here.
                }

                @Override
                public void addTo(CamelContext context) {
                    // Nothing is worked on here.
                }
            };

    private final JdbcTemplate postgres = Services.running().postgres();

    AskedAgainIT() throws Exception {}

    private static void done(DefaultCamelContext context, JobDay day) throws Exception {
        try (ProducerTemplate routes = context.createProducerTemplate()) {
            routes.sendBodyAndHeaders(
                    "sql:classpath:sql/postgres/jobs/done.sql?dataSource=#postgres&noop=true",
                    null,
                    Map.of(
                            "job",
                            JOB,
                            "day",
                            DAY.toString(),
                            "started",
                            day.started().toString(),
                            "message",
                            "done",
                            SqlConstants.SQL_DATA_SOURCE,
                            day.transaction()));
        }
        day.commit();
    }

    private String state() {
        return postgres.queryForObject(
                "SELECT state FROM caravan_jobs.job_day WHERE job = ? AND day = ?",
                String.class,
                JOB,
                DAY);
    }

    @Test
    void dayThatIsAskedForWhileItIsWorkedOn_staysDue() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext();
                ProducerTemplate routes = context.createProducerTemplate()) {
            context.getRegistry().bind("postgres", postgres.getDataSource());
            new Jobs(
                            context,
                            postgres.getDataSource(),
                            Clock.systemUTC(),
                            new SimpleMeterRegistry())
                    .prepare();
            context.start();
            AskedDays days = new AskedDays(routes, Clock.systemUTC());
            days.askFor(WORK, DAY);
            try (JobDay taken = JobDays.of(JOB, DAY, postgres.getDataSource())) {
                days.askFor(WORK, DAY);
                done(context, taken);
            }
            assertThat(state()).isEqualTo("due");
            try (JobDay taken = JobDays.of(JOB, DAY, postgres.getDataSource())) {
                done(context, taken);
            }
            assertThat(state()).isEqualTo("done");
            try (JobDay taken = JobDays.of(JOB, DAY, postgres.getDataSource())) {
                done(context, taken);
            }
            assertThat(state()).as("done once more, by a command").isEqualTo("done");
        }
    }
}
