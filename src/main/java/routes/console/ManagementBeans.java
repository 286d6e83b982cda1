package routes.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jolokia.json.JSONStructure;
import org.jolokia.server.core.config.ConfigKey;
import org.jolokia.server.core.config.StaticConfiguration;
import org.jolokia.server.core.http.HttpRequestHandler;
import org.jolokia.server.core.request.EmptyResponseException;
import org.jolokia.server.core.service.JolokiaServiceManagerFactory;
import org.jolokia.server.core.service.api.JolokiaContext;
import org.jolokia.server.core.service.api.JolokiaServiceManager;
import org.jolokia.server.core.service.api.LogHandler;
import org.jolokia.service.jmx.LocalRequestHandler;
import org.jolokia.service.serializer.JolokiaSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.web.Answer;
import routes.web.Problem;
import routes.web.Visit;

/** This process's management beans over HTTP, as Jolokia serves them. */
final class ManagementBeans implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ManagementBeans.class);

    /** What the console asks for by GET: which agent this is. All else is a POST. */
    private static final Set<String> SAFE = Set.of("", "/", "/version");

    private final JolokiaServiceManager services;
    private final HttpRequestHandler handler;

    ManagementBeans() {
        services =
                JolokiaServiceManagerFactory.createJolokiaServiceManager(
                        new StaticConfiguration(
                                ConfigKey.AGENT_ID, "caravan",
                                ConfigKey.DISCOVERY_ENABLED, "false",
                                ConfigKey.ALLOW_ERROR_DETAILS, "false",
                                ConfigKey.INCLUDE_STACKTRACE, "false"),
                        new Logged(),
                        new PermittedBeans());
        services.addService(new LocalRequestHandler(1));
        services.addService(new JolokiaSerializer(1));
        JolokiaContext context = services.start();
        handler = new HttpRequestHandler(context);
    }

    Answer answer(Visit visit) throws IOException {
        JSONStructure answer;
        try {
            if (visit.isPost()) {
                answer =
                        handler.handlePostRequest(
                                visit.path(),
                                new ByteArrayInputStream(RouteSources.asked(visit.body())),
                                StandardCharsets.UTF_8.name(),
                                parameters(visit));
            } else if (SAFE.contains(visit.path())) {
                answer = handler.handleGetRequest("", "/version", parameters(visit));
            } else {
                throw new Problem(405, "Use POST to ask management beans");
            }
        } catch (JsonProcessingException e) {
            throw new Problem(400, "The request is not JSON");
        } catch (EmptyResponseException e) {
            throw new Problem(400, "Notifications are not served");
        } catch (IllegalArgumentException e) {
            throw new Problem(400, "Jolokia does not know this request: " + e.getMessage());
        }
        return Answer.text("application/json", RouteSources.answered(answer.toJSONString()));
    }

    private static Map<String, String[]> parameters(Visit visit) {
        Map<String, String[]> parameters = new HashMap<>();
        visit.allParameters()
                .forEach((name, values) -> parameters.put(name, values.toArray(new String[0])));
        return parameters;
    }

    private static final class Logged implements LogHandler {
        @Override
        public void debug(String message) {
            LOG.debug("{}", message);
        }

        @Override
        public void info(String message) {
            LOG.debug("{}", message);
        }

        @Override
        public void error(String message, Throwable failure) {
            // Most are a bean that has gone since the browser listed it.
            LOG.info("event=management-request-failed reason=\"{}\"", message);
            LOG.debug("{}", message, failure);
        }

        @Override
        public boolean isDebug() {
            return LOG.isDebugEnabled();
        }
    }

    @Override
    public void close() {
        services.stop();
    }
}
