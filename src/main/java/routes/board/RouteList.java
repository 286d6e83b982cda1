package routes.board;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;

/** Every route of this process with Camel's statistics, for the page. */
final class RouteList {
    private RouteList() {}

    static List<Map<String, Object>> of(
            CamelContext context, Failures failures, Predicate<String> paused) {
        ManagedCamelContext managed =
                context.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
        List<Map<String, Object>> routes = new ArrayList<>();
        for (Route route : context.getRoutes()) {
            String id = route.getRouteId();
            ManagedRouteMBean bean = managed.getManagedRoute(id);
            if (bean == null) {
                continue;
            }
            try {
                Map<String, Object> described =
                        described(id, paused.test(id) ? "Paused" : state(context, id), bean);
                failures.ofRoute(id)
                        .ifPresent(failure -> described.put("failure", failure.shown()));
                routes.add(described);
            } catch (Exception e) {
                throw new IllegalStateException("No statistics of route " + id, e);
            }
        }
        routes.sort(Comparator.comparing(route -> (String) route.get("id")));
        return routes;
    }

    private static String state(CamelContext context, String route) {
        ServiceStatus status = context.getRouteController().getRouteStatus(route);
        return status == null ? "Waiting" : status.name();
    }

    private static Map<String, Object> described(String id, String state, ManagedRouteMBean bean)
            throws Exception {
        Map<String, Object> route = new LinkedHashMap<>();
        route.put("id", id);
        route.put("state", state);
        route.put("exchanges", bean.getExchangesTotal());
        route.put("failed", bean.getExchangesFailed() + bean.getFailuresHandled());
        route.put("inflight", bean.getExchangesInflight());
        route.put("meanMs", bean.getMeanProcessingTime());
        Date last = bean.getLastExchangeCompletedTimestamp();
        route.put(
                "last", last == null ? null : last.toInstant().atOffset(ZoneOffset.UTC).toString());
        return route;
    }
}
