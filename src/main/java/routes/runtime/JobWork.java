package routes.runtime;

import com.zaxxer.hikari.HikariDataSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import routes.archive.Archive;
import routes.archive.ArchiveSettings;
import routes.archive.Mongo;
import routes.audit.Audit;
import routes.clickhouse.ClickHouse;
import routes.daily.DailyLoad;
import routes.daily.LoadSettings;
import routes.jobs.JobSettings;
import routes.jobs.Work;
import routes.settings.Settings;
import routes.storage.Bucket;
import routes.storage.Destination;

/** The work of each job that runs, made from the settings. */
final class JobWork implements AutoCloseable {
    /** All jobs that there are. */
    static final List<String> NAMES = List.of("archive", "audit", "load");

    private final Settings settings;
    private final Map<String, Work> byJob = new HashMap<>();
    private Bucket bucket;

    JobWork(
            Settings settings,
            List<JobSettings> jobs,
            HikariDataSource postgres,
            ClickHouse clickHouse) {
        this.settings = settings;
        for (JobSettings job : jobs) {
            byJob.put(
                    job.name(),
                    switch (job.name()) {
                        case "archive" ->
                                new Archive(
                                        ArchiveSettings.read(settings),
                                        Mongo.client(settings),
                                        destination("caravan.archive.destination"),
                                        run -> {});
                        case "audit" ->
                                new Audit(postgres, destination("caravan.audit.destination"));
                        case "load" ->
                                new DailyLoad(
                                        bucket(),
                                        clickHouse,
                                        LoadSettings.read(settings),
                                        (lines, bytes, size) -> {});
                        default -> throw new IllegalArgumentException("no job " + job.name());
                    });
        }
    }

    private Destination destination(String key) {
        return Destination.of(settings, key, this::bucket);
    }

    /** The bucket of the settings. */
    Bucket bucket() {
        if (bucket == null) {
            bucket = Bucket.of(settings);
        }
        return bucket;
    }

    /** The servers that a job needs. */
    Set<String> servers(String job) {
        Set<String> servers =
                new HashSet<>(
                        switch (job) {
                            case "archive" -> Set.of("postgres", "mongodb");
                            case "load" -> Set.of("postgres", "clickhouse");
                            default -> Set.of("postgres");
                        });
        String destination = settings.find("caravan." + job + ".destination").orElse("");
        if (job.equals("load") || destination.matches("(aws2-)?s3:.*")) {
            servers.add("s3");
        }
        return servers;
    }

    Work get(String job) {
        return byJob.get(job);
    }

    @Override
    public void close() {
        byJob.values().forEach(Work::close);
        if (bucket != null) {
            bucket.close();
        }
    }
}
