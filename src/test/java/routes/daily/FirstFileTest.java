package routes.daily;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import routes.settings.Settings;
import routes.settings.SettingsException;
import routes.storage.Bucket;
import routes.storage.StorageRoutes;
import routes.storage.StoredObject;

/** Which days the daily load refuses before it looks for their file. */
class FirstFileTest {
    private static final LocalDate FIRST = LocalDate.of(2026, 3, 10);

    private static Optional<String> refused(
            LocalDate day, Map<String, String> environment, RouteBuilder storage) throws Exception {
        Map<String, String> all = new HashMap<>(environment);
        all.put("CARAVAN_S3_SECRET_KEY", "secret");
        Settings settings = Settings.load(all);
        try (DefaultCamelContext context = new DefaultCamelContext();
                Bucket bucket = Bucket.of(settings);
                ProducerTemplate routes = context.createProducerTemplate()) {
            context.addRoutes(storage);
            context.start();
            return new DailyLoad(
                            bucket, null, LoadSettings.read(settings), (lines, bytes, size) -> {})
                    .refuses(day, routes);
        }
    }

    private static List<StoredObject> page(String prefix, String marker, String... keys) {
        return Stream.of(keys)
                .filter(key -> key.startsWith(prefix) && key.compareTo(marker) > 0)
                .sorted()
                .map(key -> new StoredObject(key, 1, "e", null))
                .toList();
    }

    /** A bucket that holds these keys. */
    private static RouteBuilder holding(String... keys) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:storage-page").process(this::answer);
            }

            private void answer(Exchange exchange) {
                Message asked = exchange.getMessage();
                String prefix = asked.getHeader(StorageRoutes.PREFIX, String.class);
                asked.setBody(page(prefix, asked.getBody(String.class), keys));
            }
        };
    }

    @Test
    void dayBeforeTheFirstFile_isRefused_andTheFileIsNamed() throws Exception {
        RouteBuilder files =
                holding(
                        "events/-readme",
                        "events/2026-02-30.jsonl",
                        "events/2026-03-01.csv",
                        "events/2026-03-10.jsonl.gz",
                        "events/2026-03-11.jsonl",
                        "other/2020-01-01.jsonl");
        assertThat(refused(FIRST.minusDays(1), Map.of(), files))
                .get()
                .asString()
                .startsWith("2026-03-09 is before the first file, ")
                .contains("events/2026-03-10.jsonl.gz");
        assertThat(refused(FIRST, Map.of(), files)).isEmpty();
        assertThat(refused(FIRST.plusDays(5), Map.of(), files)).isEmpty();
    }

    @Test
    void bucketWithoutAFile_orWithoutAnAnswer_refusesNothing() throws Exception {
        assertThat(refused(FIRST, Map.of(), holding())).isEmpty();
        RouteBuilder failing =
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:storage-page")
                                .errorHandler(noErrorHandler())
                                .throwException(new IllegalStateException("S3 is unreachable"));
                    }
                };
        assertThat(refused(FIRST, Map.of(), failing)).isEmpty();
    }

    @Test
    void firstDayOfTheSettings_comesBeforeTheFiles() throws Exception {
        Map<String, String> environment = Map.of("CARAVAN_LOAD_FIRST_DAY", "2026-03-05");
        RouteBuilder files = holding("events/2026-03-10.jsonl");
        assertThat(refused(LocalDate.of(2026, 3, 4), environment, files))
                .contains(
                        "2026-03-04 is before the first day of the daily load, 2026-03-05"
                                + " (caravan.load.first-day)");
        assertThat(refused(LocalDate.of(2026, 3, 5), environment, files)).isEmpty();
    }

    @Test
    void firstDayThatIsNone_isSaid() {
        assertThatThrownBy(
                        () ->
                                LoadSettings.read(
                                        Settings.load(
                                                Map.of("CARAVAN_LOAD_FIRST_DAY", "yesterday"))))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("caravan.load.first-day: \"yesterday\"")
                .hasMessageContaining("2026-03-29");
    }
}
