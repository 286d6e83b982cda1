package routes.demo;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import routes.settings.Settings;

/** The demo's settings: its own on the embedded services, or those that there are. */
final class DemoEnvironment {
    private static final String FILE = "/demo.properties";

    private final Map<String, String> variables;

    private DemoEnvironment(Map<String, String> variables) {
        this.variables = variables;
    }

    /**
     * The variables of demo.properties over those of the environment.
     *
     * @param running whether services of others are used: then the environment stays as it is
     */
    static DemoEnvironment of(Map<String, String> environment, boolean running) throws IOException {
        Map<String, String> variables = new HashMap<>(environment);
        if (!running) {
            Properties own = new Properties();
            try (InputStream in = DemoEnvironment.class.getResourceAsStream(FILE)) {
                own.load(in);
            }
            for (String name : own.stringPropertyNames()) {
                if (!isSecret(name) || !variables.containsKey(name)) {
                    variables.put(name, own.getProperty(name));
                }
            }
        }
        return new DemoEnvironment(variables);
    }

    private static boolean isSecret(String name) {
        return name.endsWith("_PASSWORD") || name.endsWith("_SECRET_KEY");
    }

    /** The embedded services are at these ports, by name. */
    void servicesAt(Map<String, Integer> ports) {
        ports.forEach(
                (name, port) ->
                        variables.replaceAll(
                                (variable, value) ->
                                        value.replace("{" + name + "}", port.toString())));
    }

    Settings settings() {
        return Settings.load(variables);
    }
}
