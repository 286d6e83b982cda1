package routes.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoException;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.spi.Policy;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.settings.Settings;
import routes.storage.Destination;

/** The archive's order of steps, with the steps themselves recorded. */
class ArchiveRouteTest extends CamelTestSupport {
    private static final List<String> BATCH =
            List.of(
                    "note",
                    "transaction",
                    "copy",
                    "verify",
                    "takeBackActive",
                    "delete",
                    "end",
                    "noteMoved");

    @TempDir private Path directory;

    private final List<String> steps = new ArrayList<>();
    private List<String> found = List.of();
    private String refusing = "";
    private boolean closed;

    private final class Found implements Iterator<String>, Closeable {
        private final Iterator<String> batches = found.iterator();

        @Override
        public boolean hasNext() {
            return batches.hasNext();
        }

        @Override
        public String next() {
            return batches.next();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** Stands for {@link Archive}; Camel calls it by name. */
    public final class Steps {
        public String begin(@Body String day) {
            step("begin " + day);
            return "run";
        }

        public void settle(@Body String run) {
            step("settle " + run);
        }

        public Iterator<String> inactiveUsers(@Body String run) {
            step("inactiveUsers " + run);
            return new Found();
        }

        public void note(@Body String batch) {
            step("note " + batch);
        }

        public void copy(@Body String batch) {
            step("copy " + batch);
        }

        public void verify(@Body String batch) {
            step("verify " + batch);
        }

        public void takeBackActive(@Body String batch) {
            step("takeBackActive " + batch);
        }

        public void delete(@Body String batch) {
            step("delete " + batch);
        }

        public void noteMoved(@Body String batch) {
            step("noteMoved " + batch);
        }

        public String fileName(@Body String run) {
            return run + ".json";
        }

        public String report(@Body String run) {
            step("report " + run);
            return "{}";
        }

        public void reported() {
            // What it says of the report is shown by ArchiveIT.
        }

        private void step(String name) {
            steps.add(name);
            if (name.equals(refusing)) {
                throw new MongoException(name + " refused");
            }
        }
    }

    private final class RecordedTransaction implements Policy {
        @Override
        public void beforeWrap(Route route, NamedNode definition) {
            // Nothing to prepare.
        }

        @Override
        public Processor wrap(Route route, Processor processor) {
            return (Exchange exchange) -> {
                String batch = exchange.getMessage().getBody(String.class);
                steps.add("transaction " + batch);
                processor.process(exchange);
                steps.add("end " + batch);
            };
        }
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        Settings settings =
                Settings.load(Map.of("CARAVAN_ARCHIVE_DESTINATION", directory.toString()));
        return new ArchiveRoute(
                new RecordedTransaction(),
                Destination.of(settings, "caravan.archive.destination", null));
    }

    @BindToRegistry("archive")
    private final Steps recorded = new Steps();

    private static List<String> of(String batch) {
        return BATCH.stream().map(step -> step + " " + batch).toList();
    }

    @Test
    void nobodyToArchive_whatWasLeftIsSettled_andTheDayReported() {
        template.requestBody("direct:archive", "day");
        assertThat(steps)
                .containsExactly("begin day", "settle run", "inactiveUsers run", "report run");
        assertThat(closed).isTrue();
    }

    @Test
    void batches_areMovedOneAfterTheOther_eachInATransaction_thenReported() {
        found = List.of("a", "b");
        template.requestBody("direct:archive", "day");
        List<String> expected =
                new ArrayList<>(List.of("begin day", "settle run", "inactiveUsers run"));
        expected.addAll(of("a"));
        expected.addAll(of("b"));
        expected.add("report run");
        assertThat(steps).isEqualTo(expected);
        assertThat(closed).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"note a", "copy a", "verify a", "takeBackActive a"})
    void mongodbRefusesBeforeTheDelete_nothingIsDeleted_noOtherBatchBegins_noReport(String step) {
        found = List.of("a", "b");
        refusing = step;
        assertThatThrownBy(() -> template.requestBody("direct:archive", "day"))
                .hasRootCauseMessage(step + " refused");
        assertThat(steps).contains(step).doesNotContain("delete a", "noteMoved a", "note b");
        assertThat(steps).doesNotContain("report run");
        assertThat(closed).as("the cursor is given back").isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"settle run", "inactiveUsers run", "delete a", "noteMoved a"})
    void mongodbRefuses_theDayIsNotReported(String step) {
        found = List.of("a", "b");
        refusing = step;
        assertThatThrownBy(() -> template.requestBody("direct:archive", "day"))
                .hasRootCauseMessage(step + " refused");
        assertThat(steps).doesNotContain("note b", "report run");
    }
}
