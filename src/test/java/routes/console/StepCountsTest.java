package routes.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.regex.Pattern;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** The ids of a diagram's steps are those of Camel's counts, by which Hawtio finds them. */
class StepCountsTest {
    private static final Pattern STEP = Pattern.compile("<(?:to|filter) [^>]*?id=\"([^\"]+)\"");
    private static final Pattern COUNTED =
            Pattern.compile("<processorStat id=\"([^\"]+)\"[^>]*? exchangesTotal=\"1\"");

    private static List<String> ids(Pattern pattern, String xml) {
        return pattern.matcher(xml).results().map(match -> match.group(1)).toList();
    }

    @Test
    void aStepOfATemplatesRoute_isFoundInTheCounts() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addRoutes(
                    new RouteBuilder() {
                        @Override
                        public void configure() {
                            routeTemplate("steps")
                                    .templateParameter("name")
                                    .from("direct:{{name}}")
                                    .routeId("steps-{{name}}")
                                    .filter(body().isNotNull())
                                    .id("some")
                                    .to("mock:{{name}}")
                                    .id("sent")
                                    .end();
                        }
                    });
            for (String one : List.of("x", "y")) {
                TemplatedRouteBuilder.builder(context, "steps")
                        .routeId("steps-" + one)
                        .parameter("name", one)
                        .add();
            }
            context.start();
            context.createProducerTemplate().sendBody("direct:x", "body");
            context.createProducerTemplate().sendBody("direct:y", "body");
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            ObjectName name =
                    beans.queryNames(
                                    new ObjectName(
                                            "org.apache.camel:type=context,name=\""
                                                    + context.getName()
                                                    + "\",*"),
                                    null)
                            .iterator()
                            .next();
            String source =
                    (String)
                            beans.invoke(
                                    name,
                                    "dumpRoutesAsXml",
                                    new Object[] {true},
                                    new String[] {"boolean"});
            String counts =
                    (String)
                            beans.invoke(
                                    name,
                                    "dumpRoutesStatsAsXml",
                                    new Object[] {true, true},
                                    new String[] {"boolean", "boolean"});
            String shown = RouteSources.withOwnParameters(source);
            assertThat(ids(STEP, shown))
                    .as("%s%n%s", shown, counts)
                    .hasSize(4)
                    .containsExactlyInAnyOrderElementsOf(ids(COUNTED, counts));
            // Camel, asked for all routes, writes the parameters of one of them into each.
            assertThat(shown).containsOnlyOnce("direct:x").containsOnlyOnce("direct:y");
            assertThat(shown).containsOnlyOnce("mock:x").containsOnlyOnce("mock:y");
        }
    }
}
