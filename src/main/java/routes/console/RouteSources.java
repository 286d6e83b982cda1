package routes.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Hawtio draws routes from. It asks Camel for their text as it was written, where a template's
 * parameters are {@code {{topic}}}, and looks for the counts of a step by its id, before which
 * Camel writes a prefix of each route that was made from a template.
 */
final class RouteSources {
    private static final String ASKED = "dumpRoutesAsXml()";

    /** With the parameters' values. */
    private static final String ANSWERED = "dumpRoutesAsXml(boolean)";

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Pattern ROUTE = Pattern.compile("(?s)<route [^>]*>.*?</route>");
    private static final Pattern PREFIX = Pattern.compile("nodePrefixId=\\\\?\"([^\"\\\\]+)");
    private static final Pattern STEP =
            Pattern.compile("(<(?!route |from )[A-Za-z]+ (?:[^<>]*? )?id=\\\\?\")");

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

    /** An answer, in which each step of a route has the id that its counts have. */
    static String answered(String answer) {
        return answer.contains("nodePrefixId=")
                ? ROUTE.matcher(answer).replaceAll(RouteSources::route)
                : answer;
    }

    private static String route(MatchResult route) {
        Matcher prefix = PREFIX.matcher(route.group());
        String whole =
                prefix.find()
                        ? STEP.matcher(route.group())
                                .replaceAll("$1" + Matcher.quoteReplacement(prefix.group(1)))
                        : route.group();
        return Matcher.quoteReplacement(whole);
    }
}
