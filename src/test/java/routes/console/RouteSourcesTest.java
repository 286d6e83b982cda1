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
    void aStepOfATemplatesRoute_hasTheIdOfItsCounts_andOtherRoutesStayAsTheyAre() throws Exception {
        String from = "<from id=\"from2\"/>";
        String loop = "<loop doWhile=\"true\" id=\"%sloop2\"></loop></route>";
        String sink =
                "<route id=\"sink\" nodePrefixId=\"route-2\">" + from + "<to id=\"%scheck\"/>";
        String other = "<route id=\"load\"><to id=\"check\" uri=\"direct:a$1\"/></route>";
        assertThat(RouteSources.withOwnParameters((sink + loop).formatted("", "") + other))
                .isEqualTo((sink + loop).formatted("route-2", "route-2") + other);
    }

    @Test
    void answersToOtherQuestions_stayAsTheyAre_alsoBesideTheRoutes() throws Exception {
        String other = "{\"request\":{\"operation\":\"stop\"},\"value\":\"<route id=\\\"x\\\">\"}";
        assertThat(RouteSources.answered(other)).isEqualTo(other);
        String refused =
                "{\"request\":{\"operation\":\"dumpRoutesAsXml(boolean)\"},\"error\":\"no\"}";
        assertThat(RouteSources.answered("[" + other + "," + refused + "]"))
                .isEqualTo("[" + other + "," + refused + "]");
    }
}
