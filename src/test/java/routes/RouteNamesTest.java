package routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.OnExceptionDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import routes.directory.Directories;
import routes.settings.Settings;
import routes.storage.Bucket;
import routes.storage.Destination;

/** What the console shows of all routes that there are: descriptions, and counts at each step. */
class RouteNamesTest {
    private static final Settings SETTINGS =
            Settings.load(
                    Map.of(
                            "CARAVAN_CINEMA_GENERATOR", "on",
                            "CARAVAN_ATTENDANCE_DIRECTORIES", "elasticsearch,csv",
                            "CARAVAN_ATTENDANCE_CSV", "people.csv",
                            "CARAVAN_S3_SECRET_KEY", "caravan"));

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();

    @BeforeAll
    static void addAllRoutes() throws Exception {
        for (JavaClass found : ArchitectureTest.CLASSES) {
            if (found.isAssignableTo(RouteBuilder.class)) {
                add(found);
            }
        }
    }

    private static void add(JavaClass builder) throws Exception {
        if (builder.getName().equals("routes.directory.DirectoriesRoute")) {
            new Directories(SETTINGS, new SimpleMeterRegistry()).start(CONTEXT);
            return;
        }
        Constructor<?> constructor = builder.reflect().getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        List<Object> values = new ArrayList<>();
        for (Class<?> type : constructor.getParameterTypes()) {
            values.add(value(type));
        }
        CONTEXT.addRoutes((RoutesBuilder) constructor.newInstance(values.toArray()));
    }

    private static Object value(Class<?> type) throws Exception {
        if (type == Destination.class) {
            return Destination.of(
                    SETTINGS, "caravan.archive.destination", () -> Bucket.of(SETTINGS));
        }
        Method read = type.getDeclaredMethod("read", Settings.class);
        read.setAccessible(true);
        return read.invoke(null, SETTINGS);
    }

    @AfterAll
    static void closeContext() throws IOException {
        CONTEXT.close();
    }

    private static List<RouteDefinition> routes() {
        return Stream.concat(
                        CONTEXT.getRouteDefinitions().stream(),
                        CONTEXT.getRouteTemplateDefinitions().stream()
                                .map(RouteTemplateDefinition::getRoute))
                .toList();
    }

    @Test
    void eachRoute_hasAnIdAndADescription() {
        assertThat(routes())
                .hasSizeGreaterThan(40)
                .allSatisfy(
                        route -> {
                            assertThat(route.hasCustomIdAssigned()).isTrue();
                            assertThat(route.getDescriptionText()).isNotBlank();
                        });
    }

    @Test
    void eachStep_hasAnIdOfItsOwn() {
        routes().forEach(
                        route ->
                                assertThat(steps(route).map(ProcessorDefinition::getId))
                                        .doesNotHaveDuplicates());
        assertThat(
                        routes().stream()
                                .flatMap(
                                        route ->
                                                steps(route)
                                                        .filter(step -> !step.hasCustomIdAssigned())
                                                        // A rule of the route, and no step.
                                                        .filter(
                                                                step ->
                                                                        !(step
                                                                                instanceof
                                                                                OnExceptionDefinition))
                                                        .map(
                                                                step ->
                                                                        route.getId()
                                                                                + ": "
                                                                                + step
                                                                                        .getShortName()
                                                                                + " "
                                                                                + step.getLabel())))
                .isEmpty();
    }

    private static Stream<? extends ProcessorDefinition<?>> steps(RouteDefinition route) {
        return ProcessorDefinitionHelper.filterTypeInOutputs(
                        route.getOutputs(), ProcessorDefinition.class)
                .stream()
                .map(step -> (ProcessorDefinition<?>) step);
    }
}
