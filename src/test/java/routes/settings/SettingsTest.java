package routes.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static Settings with(Map<String, String> file, Map<String, String> environment) {
        Properties defaults = new Properties();
        defaults.putAll(
                Map.of(
                        "caravan.outbox.default.poll", "200ms",
                        "caravan.outbox.default.table", "",
                        "caravan.outbox.user_login.table", "user_login",
                        "caravan.http.port", "8080",
                        "caravan.sinks", "a, b"));
        Properties own = new Properties();
        own.putAll(file);
        return Settings.of(defaults, own, "caravan.properties", environment);
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
    void senselessValue_isSaidWithKeyValueAndWhatIsRight() {
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
