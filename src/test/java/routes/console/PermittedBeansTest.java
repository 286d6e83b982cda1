package routes.console;

import static org.assertj.core.api.Assertions.assertThat;

import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PermittedBeansTest {
    private final PermittedBeans permitted = new PermittedBeans();

    @ParameterizedTest
    @CsvSource({
        "'com.sun.management:type=HotSpotDiagnostic', dumpHeap",
        "'com.sun.management:type=DiagnosticCommand', gcHeapDump",
        "'jdk.management.jfr:type=FlightRecorder', copyTo",
        "'JMImplementation:type=MBeanServerDelegate', any"
    })
    void whatWritesMemoryOrRecordingsToFiles_orLoadsCode_isClosed(String bean, String operation)
            throws Exception {
        assertThat(permitted.isOperationAllowed(new ObjectName(bean), operation)).isFalse();
        assertThat(permitted.isAttributeWriteAllowed(new ObjectName(bean), "any")).isFalse();
    }

    @Test
    void routesAreOpen() throws Exception {
        ObjectName route =
                new ObjectName("org.apache.camel:context=caravan,type=routes,name=\"sink\"");
        assertThat(permitted.isOperationAllowed(route, "stop()")).isTrue();
    }
}
