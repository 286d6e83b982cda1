package routes.jobs;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.quartz.QuartzComponent;
import org.apache.camel.component.quartz.QuartzConstants;
import org.quartz.JobDetail;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.utils.ConnectionProvider;
import org.quartz.utils.DBConnectionManager;

/**
 * The scheduled jobs of one runtime: Quartz's schedules and the days' states are in Postgres,
 * shared with all other runtimes.
 */
public final class Jobs {
    private final CamelContext context;
    private final DataSource postgres;
    private final Clock clock;
    private final MeterRegistry registry;

    public Jobs(CamelContext context, DataSource postgres, Clock clock, MeterRegistry registry) {
        this.context = context;
        this.postgres = postgres;
        this.clock = clock;
        this.registry = registry;
    }

    /**
     * A lock by name, for work that one process does at a time; it ends when it is closed, or with
     * the process.
     *
     * @return empty if another process or thread has it
     */
    public static Optional<Alone> alone(DataSource postgres, String name) throws SQLException {
        return JobTransaction.take(postgres, name).map(held -> held::close);
    }

    /** A lock that is held. */
    @FunctionalInterface
    public interface Alone extends AutoCloseable {
        @Override
        void close();
    }

    /** Creates the tables that are missing, and nothing else. Can be run again. */
    public void prepare() {
        Migrations.run(postgres, "jobs", new QuartzTables());
    }

    /**
     * Looks whether the account may create and keep them, and changes nothing.
     *
     * @throws routes.pipeline.NeedsPerson when it lacks a right
     */
    public void check() throws SQLException {
        Migrations.check(postgres, "jobs");
    }

    private Properties store() {
        // A name of its own: Quartz keeps these for the whole process.
        String source = "caravan-" + UUID.randomUUID();
        DBConnectionManager.getInstance().addConnectionProvider(source, new Shared(postgres));
        Properties store = new Properties();
        store.setProperty("org.quartz.scheduler.instanceName", "caravan");
        store.setProperty("org.quartz.scheduler.instanceId", "AUTO");
        store.setProperty("org.quartz.scheduler.jmx.export", "true");
        store.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
        store.setProperty("org.quartz.scheduler.dbFailureRetryInterval", "2000");
        store.setProperty("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
        store.setProperty("org.quartz.threadPool.threadCount", "2");
        store.setProperty("org.quartz.jobStore.class", "org.quartz.impl.jdbcjobstore.JobStoreTX");
        store.setProperty(
                "org.quartz.jobStore.driverDelegateClass",
                "org.quartz.impl.jdbcjobstore.PostgreSQLDelegate");
        store.setProperty("org.quartz.jobStore.dataSource", source);
        store.setProperty("org.quartz.jobStore.tablePrefix", "caravan_jobs.qrtz_");
        store.setProperty("org.quartz.jobStore.isClustered", "true");
        store.setProperty("org.quartz.jobStore.clusterCheckinInterval", "5000");
        return store;
    }

    /** Lends Quartz connections of the runtime's pool, which it must not close. */
    private record Shared(DataSource pool) implements ConnectionProvider {
        @Override
        public Connection getConnection() throws SQLException {
            return pool.getConnection();
        }

        @Override
        public void initialize() {
            // The pool is open.
        }

        @Override
        public void shutdown() {
            // The runtime closes the pool.
        }
    }

    /**
     * Starts a job whose work is prepared: its schedule, and the search for days that are due. May
     * be called again after it has failed.
     */
    public void start(JobSettings settings, Work work) throws Exception {
        addWork(settings, work);
        if (context.hasComponent("quartz") == null) {
            QuartzComponent quartz = new QuartzComponent();
            quartz.setProperties(store());
            context.addComponent("quartz", quartz);
        }
        add("schedule", settings);
        add("job", settings);
        add("job-backlog", settings);
        // Camel starts it by itself only where it is bound before the context starts.
        Scheduler scheduler = context.getComponent("quartz", QuartzComponent.class).getScheduler();
        describe(scheduler, settings);
        if (!scheduler.isStarted()) {
            scheduler.start();
        }
    }

    /**
     * Camel changes the trigger of a schedule that was configured anew, and leaves the former one
     * in the job's description, which is what consoles show.
     */
    private static void describe(Scheduler scheduler, JobSettings settings)
            throws SchedulerException {
        JobDetail job = scheduler.getJobDetail(JobKey.jobKey(settings.name(), "caravan"));
        job.getJobDataMap().put(QuartzConstants.QUARTZ_TRIGGER_CRON_EXPRESSION, settings.cron());
        scheduler.addJob(job, true);
    }

    /**
     * Adds the routes for work on a job's days, and no schedule: a day that {@link Job#take} gives
     * goes to {@code direct:job-NAME-work} as the variable {@code taken}.
     */
    public Job addWork(JobSettings settings, Work work) throws Exception {
        String name = settings.name();
        Job job = new Job(settings, work.daysBack(), postgres, clock, registry);
        context.getRegistry().bind("job-" + name, job);
        if (context.getRoute(name) == null) {
            work.addTo(context);
        }
        add("job-work", settings);
        return job;
    }

    private void add(String template, JobSettings settings) throws Exception {
        String id = template + "-" + settings.name();
        if (context.getRoute(id) == null) {
            TemplatedRouteBuilder.builder(context, template)
                    .routeId(id)
                    .parameter("name", settings.name())
                    .parameter("cron", settings.cron().replaceAll("\\s+", "+"))
                    .add();
        }
    }
}
