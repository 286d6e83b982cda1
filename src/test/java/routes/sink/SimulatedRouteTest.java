package routes.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.junit.jupiter.api.Test;

/** What {@link HistoriesTest} plays is what the routes do. */
class SimulatedRouteTest {
    /** Steps that go through a route of their own. */
    private static final Map<String, String> ROUTES =
            Map.of("make-views-safe", "views", "recover", "recover");

    @Test
    void simulation_hasTheStepsOfTheRoutes_inTheirOrder() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addRoutes(new SinkRoute());
            context.addRoutes(new RecoveryRoute());
            assertThat(
                            steps(context, "sink")
                                    .filter(step -> !SimulatedRoute.LEFT_OUT.contains(step)))
                    .as("who changes one of them changes the other, too")
                    .containsExactlyElementsOf(
                            Arrays.stream(SimulatedRoute.Step.values())
                                    .flatMap(step -> step.ids.stream())
                                    .toList());
        }
    }

    private static Stream<String> steps(DefaultCamelContext context, String template) {
        return ProcessorDefinitionHelper.filterTypeInOutputs(
                        context.getRouteTemplateDefinition(template).getRoute().getOutputs(),
                        ProcessorDefinition.class)
                .stream()
                .map(ProcessorDefinition::getId)
                .flatMap(
                        id ->
                                Stream.concat(
                                        Stream.of(id),
                                        ROUTES.containsKey(id)
                                                ? steps(context, ROUTES.get(id))
                                                : Stream.empty()));
    }
}
