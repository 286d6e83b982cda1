package routes.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.BindToRegistry;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;

/** The audit's one step: it gets the day, and what it throws reaches the job. */
class AuditRouteTest extends CamelTestSupport {
    private final List<Object> exported = new ArrayList<>();
    private boolean refused;

    @BindToRegistry("audit")
    private final Export recorded = new Export();

    /** Stands for {@link Audit}; Camel calls it by name. */
    public final class Export {
        public void export(Object day) {
            if (refused) {
                throw new IllegalStateException("no room on the device");
            }
            exported.add(day);
        }
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new AuditRoute();
    }

    @Test
    void day_isExported() {
        template.requestBody("direct:audit", "a day");
        assertThat(exported).containsExactly("a day");
    }

    @Test
    void postgresOrDestinationRefuses_theJobHearsOfIt() {
        refused = true;
        assertThatThrownBy(() -> template.requestBody("direct:audit", "a day"))
                .hasRootCauseMessage("no room on the device");
    }
}
