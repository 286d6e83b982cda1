package routes.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import routes.settings.Settings;
import routes.settings.SettingsException;

/** Each setting that has a form, in a runtime of everything, without a server. */
class StartCheckTest {
    private static final String NONSENSE = "?!";

    /** Any text may be right: accounts, passwords, places, and what other servers call things. */
    private static final Pattern ANY_TEXT =
            Pattern.compile(
                    ".*\\.(user|password|access-key|secret-key|region|bucket|group|flag|arrival"
                        + "|destination)|caravan\\.outbox\\..*\\.table|caravan\\.http\\.(names|proxies)"
                        + "|caravan\\.mongodb\\.database|caravan\\.load\\.(prefix|marker)"
                        + "|caravan\\.cinema\\.publisher|caravan\\.attendance\\.csv"
                            // Each pipeline has its own.
                            + "|caravan\\.(job|outbox|sink)\\.default\\.(cron|topic|table|ddl)");

    static Stream<String> keys() throws IOException {
        Properties defaults = new Properties();
        try (InputStream in = StartCheckTest.class.getResourceAsStream("/application.properties")) {
            defaults.load(in);
        }
        return defaults.stringPropertyNames().stream()
                .filter(key -> !ANY_TEXT.matcher(key).matches())
                .sorted();
    }

    private static Settings settings(String key) {
        Map<String, String> environment = new HashMap<>();
        environment.put("CARAVAN_STREAMS", "attendance,cinema");
        environment.put("CARAVAN_JOBS", "archive,audit,load");
        environment.put("CARAVAN_ATTENDANCE_DIRECTORIES", "elasticsearch,csv");
        environment.put("CARAVAN_ATTENDANCE_CSV", "people.csv");
        environment.put("CARAVAN_HTTP_PORT", "0");
        environment.put("CARAVAN_CINEMA_PASSWORD", "secret");
        environment.put("CARAVAN_S3_SECRET_KEY", "secret");
        environment.put("CARAVAN_POSTGRES_URL", "jdbc:postgresql://localhost:1/caravan");
        environment.put("CARAVAN_SUBSCRIBER_URL", "jdbc:postgresql://localhost:1/caravan");
        environment.put("CARAVAN_KAFKA_BROKERS", "localhost:1");
        environment.put("CARAVAN_CLICKHOUSE_URL", "http://localhost:1");
        environment.put("CARAVAN_MONGODB_URL", "mongodb://localhost:1");
        environment.put("CARAVAN_S3_URL", "http://localhost:1");
        environment.put("CARAVAN_ELASTICSEARCH_URL", "http://localhost:1");
        environment.put(key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'), NONSENSE);
        return Settings.load(environment);
    }

    @ParameterizedTest
    @MethodSource("keys")
    void whatAStartRefuses_checkRefusesInTheSameWords(String key) {
        Settings settings = settings(key);
        SettingsException start =
                catchThrowableOfType(
                        SettingsException.class, () -> CaravanRuntime.start(settings).close());
        assertThat(start).as("the start with %s=%s", key, NONSENSE).isNotNull();
        SettingsException check =
                catchThrowableOfType(SettingsException.class, () -> StartCheck.of(settings));
        assertThat(check).as("the check with %s=%s", key, NONSENSE).isNotNull();
        assertThat(check).hasMessage(start.getMessage());
    }
}
