package routes.runtime;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import routes.marts.MartStates;
import routes.pipeline.Pipeline;
import routes.pipeline.Reason;
import routes.settings.Settings;
import routes.settings.SettingsException;
import routes.web.WebSettings;

/** What a start would refuse or wait for, found without starting, and without changing anything. */
public final class StartCheck {
    /**
     * What was looked at.
     *
     * @param problem why a start would not go on from there; empty if it would
     * @param toDo what a person has to do; empty if nothing, or if the problem says it
     */
    public record Finding(String what, String problem, String toDo) {}

    private StartCheck() {}

    /**
     * Looks at settings, servers, accounts and tables.
     *
     * @throws SettingsException when a setting is missing or invalid
     */
    public static List<Finding> of(Settings settings) throws Exception {
        WebSettings.read(settings);
        Configured configured = new Configured(settings);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        MartStates marts = new MartStates(registry);
        try (CamelContext context = new DefaultCamelContext();
                Connections connections = new Connections(settings);
                Works works =
                        new Works(
                                settings,
                                configured.jobs(),
                                connections.postgres,
                                connections.clickHouse);
                ServerChecks checks = new ServerChecks(settings, connections, works)) {
            Pipelines pipelines =
                    new Pipelines(
                            settings, configured, context, connections, registry, marts, works);
            List<Pipeline> all = pipelines.all();
            List<Finding> findings = new ArrayList<>();
            findings.add(new Finding("settings", "", ""));
            Set<String> servers = new HashSet<>();
            all.forEach(pipeline -> servers.addAll(pipeline.servers()));
            Set<String> silent = new HashSet<>();
            for (HealthCheck check : checks.of(servers)) {
                HealthCheck.Result result = check.call();
                String what = check.getId() + " at " + result.getDetails().get("address");
                findings.add(
                        result.getError()
                                .map(failure -> finding(what, failure))
                                .orElse(new Finding(what, "", "")));
                result.getError().ifPresent(failure -> silent.add(check.getId()));
            }
            pipelines.tables(silent).forEach((what, look) -> findings.add(looked(what, look)));
            all.forEach(Pipeline::close);
            return findings;
        }
    }

    private static Finding looked(String what, Runnable look) {
        try {
            look.run();
            return new Finding(what, "", "");
        } catch (SettingsException e) {
            return new Finding(what, Reason.of(e), "");
        } catch (RuntimeException e) {
            return finding(what, e);
        }
    }

    private static Finding finding(String what, Throwable failure) {
        return new Finding(
                what,
                Reason.of(failure),
                Trouble.needsPerson(failure).orElse("start it, or correct its address"));
    }
}
