package routes.jobs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.quartz.CronExpression;
import routes.settings.Settings;
import routes.settings.SettingsException;

/**
 * When a job fires, and what becomes of the days that it missed.
 *
 * @param cron Quartz's cron expression, in UTC
 * @param catchUpDays how many missed days are made up, at most, besides the one that fires
 * @param retry how long to wait before a day that failed is tried again
 */
public record JobSettings(String name, String cron, int catchUpDays, Duration retry) {
    private static final int MOST_DAYS = 3_650;

    /**
     * Those of the jobs that are to run.
     *
     * @param known the names that there are
     * @throws SettingsException when a setting is missing or invalid
     */
    public static List<JobSettings> read(Settings settings, List<String> known) {
        List<JobSettings> jobs = new ArrayList<>();
        for (String name : settings.names("caravan.jobs")) {
            if (!known.contains(name)) {
                throw settings.wrong(
                        "caravan.jobs", name, "a job: one of " + String.join(", ", known));
            }
            jobs.add(read(settings, name));
        }
        return jobs;
    }

    /** One job's settings, whether it runs on its schedule or not. */
    public static JobSettings read(Settings settings, String name) {
        String prefix = "caravan.job." + name + ".";
        String cron = settings.text(prefix + "cron");
        if (!CronExpression.isValidExpression(cron)) {
            throw settings.wrong(
                    prefix + "cron",
                    cron,
                    "a Quartz cron expression of seconds, minutes, hours, day of month, month,"
                            + " day of week, such as 0 0 2 * * ?");
        }
        return new JobSettings(
                name,
                cron,
                settings.integer(prefix + "catch-up-days", 0, MOST_DAYS),
                settings.duration(prefix + "retry"));
    }
}
