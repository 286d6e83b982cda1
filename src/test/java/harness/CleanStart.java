package harness;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ConsumerGroupListing;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.clickhouse.ClickHouse;

/**
 * Before each class: the runtimes of the one before are killed, and its engines run and are empty,
 * whatever it left behind.
 */
public final class CleanStart implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        RuntimeProcess.killLeft();
        Services services = Services.ifRunning();
        if (services != null) {
            long start = System.nanoTime();
            services.sandbox().restore();
            postgres(services);
            clickHouse(services);
            kafka(services);
            System.out.printf(
                    "engines emptied in %d ms%n", (System.nanoTime() - start) / 1_000_000);
        }
    }

    /** The subscriptions first: a slot that they use, and a database that has one, stay. */
    private static void postgres(Services services) {
        JdbcTemplate subscriber = services.superuser("subscriber", "caravan");
        for (String name :
                subscriber.queryForList(
                        "SELECT quote_ident(subname) FROM pg_subscription", String.class)) {
            subscriber.execute("ALTER SUBSCRIPTION " + name + " DISABLE");
            subscriber.execute("ALTER SUBSCRIPTION " + name + " SET (slot_name = NONE)");
            subscriber.execute("DROP SUBSCRIPTION " + name);
        }
        for (String service : List.of("subscriber", "postgres")) {
            JdbcTemplate server = services.superuser(service, "postgres");
            Awaitility.await("slots of " + service + " dropped")
                    .until(
                            () -> {
                                server.queryForList(
                                        "SELECT pg_terminate_backend(active_pid) FROM"
                                                + " pg_replication_slots WHERE active");
                                server.queryForList(
                                        "SELECT pg_drop_replication_slot(slot_name) FROM"
                                                + " pg_replication_slots WHERE NOT active");
                                return server.queryForObject(
                                                "SELECT count(*) FROM pg_replication_slots",
                                                Long.class)
                                        == 0;
                            });
            server.execute("DROP DATABASE caravan WITH (FORCE)");
            server.execute("CREATE DATABASE caravan OWNER caravan");
        }
    }

    private static void clickHouse(Services services) {
        try (ClickHouse clickHouse = services.clickHouse()) {
            clickHouse
                    .rows(
                            "SELECT concat('DATABASE ', name) AS what FROM system.databases WHERE"
                                    + " lower(name) NOT IN ('system', 'default', 'caravan',"
                                    + " 'information_schema') UNION ALL SELECT concat('TABLE `',"
                                    + " name, '`') FROM system.tables WHERE database = 'caravan'"
                                    + " AND NOT startsWith(name, '.inner')",
                            Map.of())
                    .forEach(
                            row ->
                                    clickHouse.execute(
                                            "DROP "
                                                    + ((String) row.get("what"))
                                                            .replace(" ", " IF EXISTS ")));
        }
    }

    private static void kafka(Services services) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(services.kafka())) {
            Awaitility.await("groups deleted")
                    .ignoreExceptions()
                    .until(() -> deleteGroups(admin).isEmpty());
            admin.deleteTopics(admin.listTopics().names().get()).all().get();
            Awaitility.await("topics deleted")
                    .until(() -> admin.listTopics().names().get().isEmpty());
        }
    }

    /** Members of runtimes that were killed are that until their session ends. */
    private static Collection<String> deleteGroups(Admin admin)
            throws ExecutionException, InterruptedException {
        List<String> groups =
                admin.listConsumerGroups().all().get().stream()
                        .map(ConsumerGroupListing::groupId)
                        .toList();
        for (ConsumerGroupDescription group :
                admin.describeConsumerGroups(groups).all().get().values()) {
            if (!group.members().isEmpty()) {
                admin.removeMembersFromConsumerGroup(
                                group.groupId(), new RemoveMembersFromConsumerGroupOptions())
                        .all()
                        .get();
            }
        }
        admin.deleteConsumerGroups(groups).all().get();
        return groups;
    }
}
