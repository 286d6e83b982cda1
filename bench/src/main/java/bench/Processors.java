package bench;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processors' time that each process below this one has taken, by what it is. Postgres is left
 * out: it detaches itself, and its processes come and go with their connections.
 */
final class Processors {
    private static final Pattern SERVICE = Pattern.compile("sandbox\\.(\\w+)\\.\\w+Service");
    private static final Map<String, Double> ENDED = new ConcurrentHashMap<>();

    private Processors() {}

    /** To be called right before a process is stopped: afterwards nobody knows its time. */
    static void ends(ProcessHandle process) {
        ENDED.merge(name(process), seconds(process), Double::sum);
    }

    /** Seconds by "caravan", "clickhouse", "kafka", ..., and "load" for this process. */
    static Map<String, Double> seconds() {
        Map<String, Double> seconds = new TreeMap<>(ENDED);
        ProcessHandle.current()
                .descendants()
                .forEach(process -> seconds.merge(name(process), seconds(process), Double::sum));
        seconds.put("load", seconds(ProcessHandle.current()));
        return seconds;
    }

    private static double seconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1_000.0;
    }

    private static String name(ProcessHandle process) {
        String command = process.info().commandLine().orElse("");
        Matcher service = SERVICE.matcher(command);
        if (service.find()) {
            return service.group(1);
        }
        return command.contains("/caravan") ? "caravan" : "others";
    }
}
