package routes.board;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.InflightRepository;
import org.apache.camel.spi.InflightRepository.InflightExchange;

/** What a pipeline's routes are at work on, as Camel tells it; browsing has to be enabled. */
final class UnderWay {
    private UnderWay() {}

    /** The id of the step in which the oldest batch of a pipeline is, if one is under way. */
    static Optional<String> step(CamelContext context, String pipeline) {
        InflightRepository inflight = context.getInflightRepository();
        return context.getRoutes().stream()
                .map(Route::getRouteId)
                .filter(route -> Rests.pipeline(route).equals(pipeline))
                .flatMap(route -> inflight.browse(route, 1, true).stream())
                .max(Comparator.comparingLong(InflightExchange::getDuration))
                .map(oldest -> step(context, oldest));
    }

    /** Without the prefix that Camel gives to the steps of each route that a template makes. */
    private static String step(CamelContext context, InflightExchange exchange) {
        String step = exchange.getNodeId();
        Route route = context.getRoute(exchange.getAtRouteId());
        return step != null
                        && route != null
                        && route.getRoute() instanceof RouteDefinition definition
                        && definition.getNodePrefixId() != null
                ? step.replaceFirst("^" + Pattern.quote(definition.getNodePrefixId()), "")
                : step;
    }
}
