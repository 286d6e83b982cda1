package routes.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The settings that there are, and which one a mistyped one was perhaps meant for. */
final class KnownKeys {
    static final String DEFAULT = ".default.";
    static final Pattern PER_PIPELINE =
            Pattern.compile("(caravan\\.(?:outbox|sink|job))\\.([^.]+)\\.(.+)");

    /** Settings that go on to somebody else, under whatever names they have there. */
    private static final List<String> OPEN = List.of("caravan.kafka.client.", "camel.");

    /** Variables of the command, the embedded services and docker-compose.yml. */
    private static final Pattern OTHERS =
            Pattern.compile(
                    Settings.FILE_VARIABLE
                            + "|CARAVAN_(CACHE|LOG_LEVEL|LOG_FORMAT|MONGODB_PASSWORD|GRAFANA_PASSWORD"
                            + "|SANDBOX_.*|SUPERSET_.*)");

    private final Set<String> known;

    KnownKeys(Set<String> known) {
        this.known = new TreeSet<>(known);
    }

    boolean has(String key) {
        Matcher pipeline = PER_PIPELINE.matcher(key);
        return known.contains(key)
                || OPEN.stream().anyMatch(key::startsWith)
                || pipeline.matches()
                        && known.contains(pipeline.group(1) + DEFAULT + pipeline.group(3));
    }

    /** Whether there is a setting, of whatever pipeline, that an environment variable is for. */
    boolean hasVariable(String variable) {
        return OTHERS.matcher(variable).matches()
                || OPEN.stream().anyMatch(prefix -> variable.startsWith(variable(prefix)))
                || known.stream()
                        .anyMatch(
                                key ->
                                        variable.equals(variable(key))
                                                || key.contains(DEFAULT)
                                                        && variable.matches(ofAPipeline(key)));
    }

    /**
     * What to throw for one that there is not.
     *
     * @param name as it was written: a key or a variable
     * @param where it was written
     * @param key that the name is, or may stand for
     */
    SettingsException unknown(String name, String where, String key) {
        return new SettingsException(
                name
                        + ": there is no such setting ("
                        + where
                        + ")"
                        + nearest(key)
                                .map(near -> name.equals(key) ? near : variable(near))
                                .map(near -> "; did you mean " + near + "?")
                                .orElse(""));
    }

    /** The key that a variable may stand for; words that belong together are taken apart, too. */
    static String key(String variable) {
        return variable.toLowerCase(Locale.ROOT).replace('_', '.');
    }

    /** What matches the variables of all pipelines for caravan.sink.default.x. */
    private static String ofAPipeline(String key) {
        int at = key.indexOf(DEFAULT);
        return variable(key.substring(0, at + 1))
                + "[A-Z0-9_]+"
                + variable(key.substring(at + DEFAULT.length() - 1));
    }

    private Optional<String> nearest(String key) {
        Matcher pipeline = PER_PIPELINE.matcher(key);
        String general = pipeline.matches() ? pipeline.group(1) + DEFAULT + pipeline.group(3) : key;
        return known.stream()
                .filter(candidate -> distance(candidate, general) <= 3)
                .min((a, b) -> distance(a, general) - distance(b, general))
                .map(
                        near ->
                                pipeline.matches()
                                        ? near.replace(DEFAULT, "." + pipeline.group(2) + ".")
                                        : near);
    }

    /** Levenshtein's edit distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }
}
