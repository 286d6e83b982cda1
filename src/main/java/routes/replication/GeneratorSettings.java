package routes.replication;

import java.util.Optional;
import org.quartz.CronExpression;
import routes.settings.Settings;

/**
 * Whether viewing sessions are made up, and how.
 *
 * @param cron Quartz's cron expression
 * @param speed how many seconds of a session pass in one of the clock's
 * @param seed of the random numbers; none for others at each start
 */
record GeneratorSettings(boolean on, String cron, int speed, Optional<Integer> seed) {
    private static final int MOST_SPEED = 1_000;

    static GeneratorSettings read(Settings settings) {
        String key = "caravan.cinema.generator";
        String cron = settings.text(key + ".cron");
        if (!CronExpression.isValidExpression(cron)) {
            throw settings.wrong(
                    key + ".cron",
                    cron,
                    "a Quartz cron expression of seconds, minutes, hours, day of month, month,"
                            + " day of week, such as 0 0/30 * * * ?");
        }
        return new GeneratorSettings(
                settings.choice(key, "on", "off").equals("on"),
                cron,
                settings.integer(key + ".speed", 1, MOST_SPEED),
                settings.find(key + ".seed")
                        .map(seed -> settings.integer(key + ".seed", 0, Integer.MAX_VALUE)));
    }
}
