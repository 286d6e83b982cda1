package routes.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import routes.board.BoardSettings;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseServer;
import routes.directory.Directories;
import routes.marts.MartStates;
import routes.pipeline.Look;
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
        BoardSettings.read(settings);
        Configured configured = new Configured(settings);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        MartStates marts = new MartStates(registry);
        try (CamelContext context = new DefaultCamelContext();
                ClickHouse reader = ClickHouseServer.reader(settings);
                Connections connections = new Connections(settings);
                JobWork jobWork =
                        new JobWork(
                                settings,
                                configured.jobs(),
                                connections.postgres,
                                connections.clickHouse);
                ServerChecks checks = new ServerChecks(settings, connections, jobWork)) {
            List<Pipeline> all =
                    new Pipelines(
                                    settings,
                                    configured,
                                    context,
                                    connections,
                                    registry,
                                    marts,
                                    jobWork)
                            .all();
            List<Finding> findings = new ArrayList<>();
            findings.add(new Finding("settings", "", ""));
            Set<String> servers = new HashSet<>();
            all.forEach(pipeline -> servers.addAll(pipeline.servers()));
            Set<String> silent = new HashSet<>();
            List<HealthCheck> looks = new ArrayList<>(checks.of(servers));
            looks.addAll(directories(settings, configured, context, registry));
            for (HealthCheck check : looks) {
                HealthCheck.Result result = check.call();
                String what = check.getId() + " at " + result.getDetails().get("address");
                findings.add(
                        result.getError()
                                .map(failure -> finding(what, failure))
                                .orElse(new Finding(what, "", "")));
                result.getError().ifPresent(failure -> silent.add(check.getId()));
            }
            looks(all, settings, reader).stream()
                    .filter(look -> !silent.contains(look.server()))
                    .forEach(look -> findings.add(looked(look)));
            all.forEach(Pipeline::close);
            return findings;
        }
    }

    /** Those that the clicks' people are looked up in, each by the route that asks it. */
    private static List<HealthCheck> directories(
            Settings settings, Configured configured, CamelContext context, MeterRegistry registry)
            throws Exception {
        if (!configured.streams().contains("attendance")) {
            return List.of();
        }
        Directories directories = new Directories(settings, registry);
        directories.start(context);
        context.start();
        List<HealthCheck> checks = directories.healthChecks();
        checks.forEach(check -> CamelContextAware.trySetCamelContext(check, context));
        return checks;
    }

    /** Those of the pipelines, each once, and that the board may read. */
    private static Collection<Look> looks(
            List<Pipeline> all, Settings settings, ClickHouse reader) {
        Map<String, Look> looks = new LinkedHashMap<>();
        all.stream()
                .flatMap(pipeline -> pipeline.looks().stream())
                .forEach(look -> looks.putIfAbsent(look.what(), look));
        if (all.stream().anyMatch(pipeline -> pipeline.servers().contains("clickhouse"))) {
            String what = "the board, as " + settings.text("caravan.clickhouse.reader.user");
            looks.put(
                    what,
                    new Look(what, "clickhouse", () -> reader.rows("SELECT 1 AS one", Map.of())));
        }
        return looks.values();
    }

    private static Finding looked(Look look) {
        try {
            look.asking().run();
            return new Finding(look.what(), "", "");
        } catch (SettingsException e) {
            return new Finding(look.what(), Reason.of(e), "");
        } catch (Exception e) {
            return finding(look.what(), e);
        }
    }

    private static Finding finding(String what, Throwable failure) {
        return new Finding(
                what,
                Reason.of(failure),
                Trouble.needsPerson(failure).orElse("start it, or correct its address"));
    }
}
