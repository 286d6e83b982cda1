package sandbox.kafka;

import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import sandbox.Service;
import sandbox.Setup;

/** The real Kafka broker, with its KRaft controller in the same process, on persistent data. */
public class KafkaService implements Service {
    private KafkaRaftServer server;

    @Override
    public void start(Setup setup) throws Exception {
        Path log = setup.data().resolve("log");
        format(log);
        server = new KafkaRaftServer(config(setup.port(), log), Time.SYSTEM);
        server.startup();
    }

    /**
     * Gives an empty directory its identity; leaves one that has it, and finishes one where that
     * was cut off.
     */
    private static void format(Path log) throws Exception {
        if (Files.exists(log.resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME))) {
            return;
        }
        new Formatter()
                .setPrintStream(new PrintStream(System.err, true))
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(1)
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(log.toString())
                .addDirectory(log.toString())
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .run();
    }

    private static KafkaConfig config(int port, Path log) throws IOException {
        int controller = freePort();
        Properties config = new Properties();
        config.put("process.roles", "broker,controller");
        config.put("node.id", "1");
        config.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller);
        config.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        config.put("controller.listener.names", "CONTROLLER");
        config.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
        config.put("log.dirs", log.toString());
        config.put("auto.create.topics.enable", "false");
        // One broker: there is nobody to replicate to.
        config.put("default.replication.factor", "1");
        config.put("offsets.topic.replication.factor", "1");
        config.put("transaction.state.log.replication.factor", "1");
        config.put("transaction.state.log.min.isr", "1");
        config.put("share.coordinator.state.topic.replication.factor", "1");
        config.put("share.coordinator.state.topic.min.isr", "1");
        // Small internal topics and no waiting for more members: starts and rebalances take no
        // time.
        config.put("offsets.topic.num.partitions", "8");
        config.put("transaction.state.log.num.partitions", "8");
        config.put("group.initial.rebalance.delay.ms", "0");
        // A broker that was killed is fenced until its session ends, and its next life waits for
        // that.
        config.put("broker.session.timeout.ms", "3000");
        config.put("broker.heartbeat.interval.ms", "500");
        config.put("log.cleaner.dedupe.buffer.size", "16777216");
        return new KafkaConfig(config, true);
    }

    /**
     * The controller's port is nobody else's business, so it is any, below those that the system
     * gives to clients.
     */
    private static int freePort() throws IOException {
        for (int tries = 0; tries < 100; tries++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress("127.0.0.1", port));
                return port;
            } catch (BindException taken) {
                continue;
            }
        }
        throw new IOException("No free port between 20000 and 32000 for Kafka's controller");
    }

    @Override
    public void stop() {
        server.shutdown();
        server.awaitShutdown();
    }
}
