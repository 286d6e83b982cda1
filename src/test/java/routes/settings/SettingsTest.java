package routes.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static final Path FILE = Path.of("/etc/caravan/caravan.properties");

    private static Settings with(Map<String, String> file, Map<String, String> environment) {
        Properties defaults = new Properties();
        defaults.putAll(
                Map.of(
                        "caravan.outbox.default.poll", "200ms",
                        "caravan.outbox.default.table", "",
                        "caravan.sink.default.dead-letter-topic", "",
                        "caravan.sink.default.ddl", "",
                        "caravan.outbox.user_login.table", "user_login",
                        "caravan.http.port", "8080",
                        "caravan.sinks", "a, b"));
        Properties own = new Properties();
        own.putAll(file);
        return Settings.of(defaults, own, Optional.of(FILE), environment);
    }

    @Test
    void environmentWinsOverFile_fileOverDefault_pipelineOverAll() {
        assertThat(with(Map.of(), Map.of()).integer("caravan.http.port", 0, 65535)).isEqualTo(8080);
        Settings settings =
                with(
                        Map.of("caravan.http.port", "1", "caravan.outbox.x.poll", "5s"),
                        Map.of("CARAVAN_HTTP_PORT", "2", "CARAVAN_OUTBOX_Y_POLL", "7d"));
        assertThat(settings.integer("caravan.http.port", 0, 65535)).isEqualTo(2);
        assertThat(settings.duration("caravan.outbox.x.poll")).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.duration("caravan.outbox.y.poll")).isEqualTo(Duration.ofDays(7));
        assertThat(settings.duration("caravan.outbox.z.poll")).isEqualTo(Duration.ofMillis(200));
        assertThat(settings.names("caravan.sinks")).containsExactly("a", "b");
    }

    @Test
    void unknownKey_isNamed_withTheOneThatWasPerhapsMeant() {
        assertThatThrownBy(() -> with(Map.of("caravan.outbox.x.tabel", "t"), Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("caravan.outbox.x.tabel: ")
                .hasMessageContaining("caravan.outbox.x.table?");
    }

    @Test
    void unknownVariable_isNamed_withTheOneThatWasPerhapsMeant() {
        assertThatThrownBy(() -> with(Map.of(), Map.of("CARAVAN_HTTP_PROT", "1")))
                .isInstanceOf(SettingsException.class)
                .hasMessage(
                        "CARAVAN_HTTP_PROT: there is no such setting (in the environment); did you"
                                + " mean CARAVAN_HTTP_PORT?");
        assertThatThrownBy(() -> with(Map.of(), Map.of("CARAVAN_OUTBOX_X_TABEL", "t")))
                .hasMessageContaining("CARAVAN_OUTBOX_X_TABLE?");
    }

    @Test
    void variablesOfPipelinesCommandAndCompose_areKnown() {
        Settings settings =
                with(
                        Map.of(),
                        Map.of(
                                "CARAVAN_SINK_MY_SINK_DEAD_LETTER_TOPIC", "bad",
                                "CARAVAN_SANDBOX_KAFKA_PORT", "1",
                                "CARAVAN_SUPERSET_PASSWORD", "x",
                                "CARAVAN_CACHE", "/tmp"));
        assertThat(settings.text("caravan.sink.my_sink.dead-letter-topic")).isEqualTo("bad");
    }

    @Test
    void settingsOfKafkaAndCamel_comeFromTheEnvironmentToo() {
        Settings settings =
                with(
                        Map.of("caravan.kafka.client.linger.ms", "1"),
                        Map.of(
                                "CARAVAN_KAFKA_CLIENT_SECURITY_PROTOCOL", "SASL_SSL",
                                "CARAVAN_KAFKA_CLIENT_LINGER_MS", "2",
                                "CAMEL_MAIN_NAME", "other"));
        assertThat(settings.below("caravan.kafka.client."))
                .isEqualTo(Map.of("security.protocol", "SASL_SSL", "linger.ms", "2"));
        assertThat(settings.below("camel.")).isEqualTo(Map.of("main.name", "other"));
    }

    @Test
    void relativeFile_isBesideTheFileThatNamesIt() {
        Settings settings =
                with(
                        Map.of(
                                "caravan.sink.x.ddl", "sql/x.sql",
                                "caravan.sink.y.ddl", "classpath:y.sql"),
                        Map.of("CARAVAN_SINK_Z_DDL", "z.sql"));
        assertThat(settings.place("caravan.sink.x.ddl")).contains("/etc/caravan/sql/x.sql");
        assertThat(settings.place("caravan.sink.y.ddl")).contains("classpath:y.sql");
        assertThat(settings.place("caravan.sink.z.ddl"))
                .contains(Path.of("z.sql").toAbsolutePath().toString());
        assertThat(settings.place("caravan.sink.a.ddl")).isEmpty();
    }

    @Test
    void invalidValue_isSaidWithKeyValueAndWhatIsRight() {
        Settings settings =
                with(Map.of(), Map.of("CARAVAN_HTTP_PORT", "70000", "CARAVAN_SINKS", "a,a"));
        assertThatThrownBy(() -> settings.integer("caravan.http.port", 0, 65535))
                .hasMessage(
                        "caravan.http.port: \"70000\" (from CARAVAN_HTTP_PORT) is not a whole"
                                + " number from 0 to 65535");
        assertThatThrownBy(() -> settings.duration("caravan.http.port"))
                .hasMessageContaining("200ms");
        assertThatThrownBy(() -> settings.bytes("caravan.http.port")).hasMessageContaining("8MB");
        assertThatThrownBy(() -> settings.names("caravan.sinks"))
                .hasMessageStartingWith("caravan.sinks: \"a\"");
        assertThatThrownBy(() -> settings.text("caravan.outbox.x.table"))
                .hasMessageContaining("CARAVAN_OUTBOX_X_TABLE");
    }
}
