package routes.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RouteSourcesTest {
    private static String asked(String request) throws Exception {
        return new String(
                RouteSources.asked(request.getBytes(StandardCharsets.UTF_8)),
                StandardCharsets.UTF_8);
    }

    @Test
    void theTextOfRoutes_isAskedForWithItsParametersResolved_alsoAmongOthers() throws Exception {
        assertThat(
                        asked(
                                "[{\"type\":\"exec\",\"operation\":\"dumpRoutesAsXml()\",\"arguments\":[]},"
                                    + "{\"type\":\"read\"}]"))
                .isEqualTo(
                        "[{\"type\":\"exec\",\"operation\":\"dumpRoutesAsXml(boolean)\","
                                + "\"arguments\":[true]},{\"type\":\"read\"}]");
        assertThat(asked("{\"type\":\"list\"}")).isEqualTo("{\"type\":\"list\"}");
    }

    @Test
    void aStepOfATemplatesRoute_hasTheIdOfItsCounts_andOtherRoutesStayAsTheyAre() {
        String other =
                "<route id=\\\"load\\\"><to id=\\\"check\\\" uri=\\\"direct:a$1\\\"/></route>";
        assertThat(
                        RouteSources.answered(
                                "<route id=\\\"sink\\\" nodePrefixId=\\\"route-2\\\"><from"
                                        + " id=\\\"from2\\\"/><to id=\\\"check\\\""
                                        + " uri=\\\"bean:x\\\"/><loop doWhile=\\\"true\\\""
                                        + " id=\\\"loop2\\\"></loop></route>"
                                        + other))
                .isEqualTo(
                        "<route id=\\\"sink\\\" nodePrefixId=\\\"route-2\\\"><from"
                                + " id=\\\"from2\\\"/><to id=\\\"route-2check\\\""
                                + " uri=\\\"bean:x\\\"/><loop doWhile=\\\"true\\\""
                                + " id=\\\"route-2loop2\\\"></loop></route>"
                                + other);
    }
}
