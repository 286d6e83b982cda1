package routes.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * What Hawtio draws routes from. It asks Camel for the text of all of them as it was written, where
 * a template's parameters are {@code {{topic}}}. Asked to fill parameters in, Camel does so for all
 * routes of a template with those of one of them; asked for a route alone, it does it right. Hawtio
 * looks for the counts of a step by its id, before which Camel writes a prefix of each route that
 * was made from a template.
 */
final class RouteSources {
    private static final String ASKED = "dumpRoutesAsXml()";

    /** With the parameters' values. */
    private static final String ANSWERED = "dumpRoutesAsXml(boolean)";

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Pattern ROUTE = Pattern.compile("(?s)<route [^>]*>.*?</route>");
    private static final Pattern ID = Pattern.compile("<route [^>]*?\\bid=\"([^\"]+)\"");
    private static final Pattern PREFIX = Pattern.compile("nodePrefixId=\"([^\"]+)");
    private static final Pattern STEP =
            Pattern.compile("(<(?!route |from )[A-Za-z]+ (?:[^<>]*? )?id=\")");

    private RouteSources() {}

    /** The request, with Hawtio's question for the routes' text replaced by a better one. */
    static byte[] asked(byte[] request) throws IOException {
        JsonNode json = JSON.readTree(request);
        if (json == null) {
            return request;
        }
        if (json.isArray()) {
            json.forEach(RouteSources::ask);
        } else {
            ask(json);
        }
        return JSON.writeValueAsBytes(json);
    }

    private static void ask(JsonNode one) {
        if (one instanceof ObjectNode exec && exec.path("operation").asText().equals(ASKED)) {
            exec.put("operation", ANSWERED).putArray("arguments").add(true);
        }
    }

    /**
     * An answer, in which each route has its own parameters, and each step of a route the id that
     * its counts have.
     */
    static String answered(String answer) throws IOException {
        if (!answer.contains(ANSWERED)) {
            return answer;
        }
        JsonNode json = JSON.readTree(answer);
        if (json.isArray()) {
            for (JsonNode one : json) {
                improve(one);
            }
        } else {
            improve(json);
        }
        return JSON.writeValueAsString(json);
    }

    private static void improve(JsonNode one) throws IOException {
        if (one instanceof ObjectNode answer
                && answer.at("/request/operation").asText().equals(ANSWERED)
                && answer.path("value").isTextual()) {
            answer.put("value", withOwnParameters(answer.path("value").asText()));
        }
    }

    /** The text of all routes, each as its own bean tells it. */
    static String withOwnParameters(String routes) throws IOException {
        Map<String, String> own = new HashMap<>();
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        try {
            for (ObjectName name :
                    beans.queryNames(new ObjectName("org.apache.camel:type=routes,*"), null)) {
                own.put(
                        (String) beans.getAttribute(name, "RouteId"),
                        (String)
                                beans.invoke(
                                        name,
                                        "dumpRouteAsXml",
                                        new Object[] {true},
                                        new String[] {"boolean"}));
            }
        } catch (JMException e) {
            throw new IOException("Camel does not tell its routes: " + e.getMessage(), e);
        }
        return ROUTE.matcher(routes).replaceAll(route -> Matcher.quoteReplacement(of(route, own)));
    }

    private static String of(MatchResult all, Map<String, String> own) {
        String route = all.group();
        Matcher id = ID.matcher(route);
        Matcher alone = ROUTE.matcher(id.find() ? own.getOrDefault(id.group(1), route) : route);
        return withPrefix(alone.find() ? alone.group() : route);
    }

    private static String withPrefix(String route) {
        Matcher prefix = PREFIX.matcher(route);
        return prefix.find()
                ? STEP.matcher(route).replaceAll("$1" + Matcher.quoteReplacement(prefix.group(1)))
                : route;
    }
}
