package routes.command;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import routes.jobs.AskedDays;
import routes.jobs.DayRefused;
import routes.jobs.Job;
import routes.jobs.JobDay;
import routes.jobs.JobRoute;
import routes.jobs.JobSettings;
import routes.jobs.Jobs;
import routes.jobs.Work;
import routes.settings.Settings;
import routes.sql.Databases;

/** One day of a job, done now and in this process instead of by the schedule. */
final class JobRun implements AutoCloseable {
    private final HikariDataSource postgres;
    private final Settings settings;

    JobRun(Settings settings) {
        this.settings = settings;
        this.postgres = Databases.postgres(settings);
    }

    /**
     * Does a day's work as the schedule would, and records it.
     *
     * @return what came of it, in a few words
     * @throws CommandFailed when the day is refused, or another process is at work on the job
     */
    String run(Work work, LocalDate day, Map<String, Object> headers) throws Exception {
        try (CamelContext context = new DefaultCamelContext();
                ProducerTemplate producer = context.createProducerTemplate()) {
            context.getStreamCachingStrategy().setSpoolEnabled(true);
            context.getRegistry().bind("postgres", postgres);
            context.addRoutes(new JobRoute());
            Jobs jobs = new Jobs(context, postgres, Clock.systemUTC(), new SimpleMeterRegistry());
            jobs.prepare();
            work.prepare();
            Job job = jobs.addWork(JobSettings.read(settings, work.name()), work);
            context.start();
            AskedDays days = new AskedDays(producer, Clock.systemUTC());
            days.check(work, day);
            try (JobDay taken = job.take(day.toString())) {
                if (taken == null) {
                    throw new CommandFailed(
                            "Another process is at work on the job "
                                    + work.name()
                                    + ": try again when it is done");
                }
                Exchange done =
                        producer.send(
                                "direct:job-" + work.name() + "-work",
                                exchange -> {
                                    exchange.getIn().setHeaders(new HashMap<>(headers));
                                    exchange.setVariable("taken", taken);
                                });
                if (done.getException() != null) {
                    note(days, taken, done.getException());
                    throw CamelExecutionException.wrapCamelExecutionException(
                            done, done.getException());
                }
                return taken.outcome();
            }
        } catch (DayRefused e) {
            throw new CommandFailed(e.getMessage());
        }
    }

    private static void note(AskedDays days, JobDay day, Exception failure) {
        try {
            days.failed(day, failure);
        } catch (CamelExecutionException e) {
            // The work's failure is what its caller has to know.
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        postgres.close();
    }
}
