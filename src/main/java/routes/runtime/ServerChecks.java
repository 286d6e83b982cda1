package routes.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.health.HealthCheck;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.KafkaException;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.archive.Archive;
import routes.archive.Mongo;
import routes.pipeline.Reason;
import routes.settings.Settings;
import routes.settings.SettingsException;

/** Readiness of the servers that the pipelines need. */
final class ServerChecks implements AutoCloseable {
    private static final int ANSWER_SECONDS = 3;

    private final Settings settings;
    private final Connections connections;
    private final JobWork jobWork;
    private Admin kafka;

    ServerChecks(Settings settings, Connections connections, JobWork jobWork) {
        this.settings = settings;
        this.connections = connections;
        this.jobWork = jobWork;
    }

    /** A check for each of these servers. */
    List<HealthCheck> of(Set<String> servers) {
        List<HealthCheck> checks = new ArrayList<>();
        servers.stream().sorted().forEach(server -> checks.add(check(server)));
        return checks;
    }

    private HealthCheck check(String server) {
        return switch (server) {
            case "kafka" -> kafka();
            case "clickhouse" ->
                    check(server, () -> connections.clickHouse.rows("SELECT 1 AS one", Map.of()));
            case "s3" -> check(server, jobWork.bucket()::check);
            case "mongodb" ->
                    new ServerCheck(
                            server,
                            Mongo.hosts(settings),
                            ((Archive) jobWork.get("archive"))::ping);
            default -> {
                DataSource database = connections.databases().get(server);
                yield check(
                        server,
                        () -> new JdbcTemplate(database).queryForObject("SELECT 1", Integer.class));
            }
        };
    }

    private ServerCheck check(String server, ServerCheck.Probe probe) {
        return new ServerCheck(server, settings.address("caravan." + server + ".url"), probe);
    }

    private HealthCheck kafka() {
        try {
            kafka = Admin.create(connections.kafka);
        } catch (KafkaException e) {
            throw new SettingsException(
                    "caravan.kafka: correct caravan.kafka.brokers or what is below"
                            + " caravan.kafka.client. ("
                            + Reason.of(e)
                            + ")",
                    e);
        }
        return new ServerCheck(
                "kafka",
                settings.text("caravan.kafka.brokers"),
                () ->
                        kafka.describeCluster(
                                        new DescribeClusterOptions()
                                                .timeoutMs(ANSWER_SECONDS * 1_000))
                                .clusterId()
                                .get(ANSWER_SECONDS, TimeUnit.SECONDS));
    }

    @Override
    public void close() {
        if (kafka != null) {
            kafka.close();
        }
    }
}
