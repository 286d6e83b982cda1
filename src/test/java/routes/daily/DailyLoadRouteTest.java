package routes.daily;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.BindToRegistry;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import routes.jobs.NotYet;

/** The load's order of steps, with the steps themselves recorded. */
class DailyLoadRouteTest extends CamelTestSupport {
    private final List<String> steps = new ArrayList<>();
    private boolean changed = true;
    private String failing = "";

    /** Stands for {@link DayFile}. */
    public record File(boolean changed) {
        public boolean isChanged() {
            return changed;
        }
    }

    /** Stands for {@link DailyLoad}; Camel calls it by name. */
    public final class Steps {
        public void dropLeftTables() {
            step("dropLeftTables");
        }

        public File find() throws NotYet {
            step("find");
            if (failing.equals("not yet")) {
                throw new NotYet("nothing there");
            }
            return new File(changed);
        }

        public void stage() {
            step("stage");
        }

        public void check() {
            step("check");
        }

        public void swap() {
            step("swap");
        }

        private void step(String name) {
            steps.add(name);
            if (failing.equals(name)) {
                throw new IllegalStateException(name + " refused");
            }
        }
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new DailyLoadRoute();
    }

    @BindToRegistry("load")
    private final Steps recorded = new Steps();

    @Test
    void changedFile_isStagedCheckedAndSwappedIn() {
        template.requestBody("direct:load", "a day");
        assertThat(steps).containsExactly("dropLeftTables", "find", "stage", "check", "swap");
    }

    @Test
    void unchangedFile_isLeftAlone() {
        changed = false;
        template.requestBody("direct:load", "a day");
        assertThat(steps).containsExactly("dropLeftTables", "find");
    }

    @Test
    void noFileYet_nothingElseHappens() {
        failing = "not yet";
        assertThatThrownBy(() -> template.requestBody("direct:load", "a day"))
                .isInstanceOf(CamelExecutionException.class)
                .hasCauseInstanceOf(NotYet.class);
        assertThat(steps).containsExactly("dropLeftTables", "find");
    }

    @Test
    void storageOrClickHouseRefuses_theDayIsNotSwapped() {
        for (String step : List.of("dropLeftTables", "find", "stage", "check")) {
            failing = step;
            assertThatThrownBy(() -> template.requestBody("direct:load", "a day"))
                    .hasRootCauseMessage(step + " refused");
        }
        assertThat(steps).doesNotContain("swap");
    }
}
