package routes.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangesComponentTest {
    private final DefaultCamelContext context = new DefaultCamelContext();

    @BeforeEach
    void configure() {
        KafkaConfiguration shared = new KafkaConfiguration();
        shared.setBrokers("broker:9092");
        shared.setSessionTimeoutMs(10_000);
        shared.setAdditionalProperties(Map.of("client.rack", "r1"));
        context.getComponent("ranges", RangesComponent.class).setConfiguration(shared);
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private Properties consumer(String uri) {
        return context.getEndpoint(uri, RangesEndpoint.class).consumerProperties();
    }

    @Test
    void uri_takesTheOptionsOfKafka() {
        Properties properties =
                consumer(
                        "ranges:t?groupId=g&securityProtocol=SASL_SSL&saslMechanism=PLAIN"
                                + "&saslJaasConfig=RAW(it is secret;)&sslTruststoreLocation=/ca.jks"
                                + "&consumerRequestTimeoutMs=7000&fetchWaitMaxMs=50&clientId=c"
                                + "&additionalProperties.default.api.timeout.ms=5000"
                                + "&groupInstanceId=i&maxPollRecords=7");
        assertThat(properties)
                .containsEntry("bootstrap.servers", "broker:9092")
                .containsEntry("group.id", "g")
                .containsEntry("group.instance.id", "i")
                .containsEntry("client.id", "c")
                .containsEntry("client.rack", "r1")
                .containsEntry("session.timeout.ms", 10_000)
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("sasl.mechanism", "PLAIN")
                .containsEntry("sasl.jaas.config", "it is secret;")
                .containsEntry("ssl.truststore.location", "/ca.jks")
                .containsEntry("request.timeout.ms", 7_000)
                .containsEntry("fetch.max.wait.ms", 50)
                .containsEntry("max.poll.records", 7)
                .containsEntry("default.api.timeout.ms", "5000");
    }

    @Test
    void anEndpointsOptions_areItsOwn() {
        consumer("ranges:t?groupId=g&brokers=other:1&additionalProperties.client.rack=r2");
        assertThat(consumer("ranges:t?groupId=h"))
                .containsEntry("bootstrap.servers", "broker:9092")
                .containsEntry("client.rack", "r1");
    }

    @Test
    void limits_areOfTheUri_andWhatIsFetchedFitsThem() {
        String uri = "ranges:t?groupId=g&rows=10&bytes=4000000&linger=2s&workers=3";
        RangeLimits limits = context.getEndpoint(uri, RangesEndpoint.class).limits();
        assertThat(limits).isEqualTo(new RangeLimits(10, 4_000_000, 2_000, 3, 5_000));
        assertThat(context.getEndpoint(uri.replace("2s", "20"), RangesEndpoint.class).limits())
                .isEqualTo(new RangeLimits(10, 4_000_000, 20, 3, 5_000));
        assertThat(consumer(uri))
                .containsEntry("max.poll.records", 10)
                .containsEntry("max.partition.fetch.bytes", 2_000_000)
                .containsEntry("fetch.max.bytes", 4_000_000);
        assertThat(consumer(uri + "&maxPartitionFetchBytes=5&fetchMaxBytes=6"))
                .containsEntry("max.partition.fetch.bytes", 5)
                .containsEntry("fetch.max.bytes", 6);
        assertThat(consumer(uri)).containsEntry("metadata.max.age.ms", 20_000);
        assertThat(consumer(uri + "&metadataMaxAgeMs=7")).containsEntry("metadata.max.age.ms", 7);
    }

    /** Kafka checks its settings when a client is made; nothing is sent. */
    @Test
    void kafkaTakesTheProperties() {
        String uri = "ranges:t?groupId=g&brokers=localhost:1&securityProtocol=SASL_PLAINTEXT&";
        String login =
                "saslMechanism=PLAIN&saslJaasConfig=RAW("
                        + "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " username=\"u\" password=\"p\";)";
        RangesEndpoint endpoint = context.getEndpoint(uri + login, RangesEndpoint.class);
        new KafkaConsumer<byte[], byte[]>(endpoint.consumerProperties()).close(Duration.ZERO);
        Admin.create(endpoint.adminProperties()).close(Duration.ZERO);
    }

    @Test
    void whatThePromiseRestsOn_isFixed() {
        KafkaConfiguration shared =
                context.getComponent("ranges", RangesComponent.class).getConfiguration();
        shared.setAdditionalProperties(
                Map.of("enable.auto.commit", "true", "isolation.level", "read_uncommitted"));
        assertThat(consumer("ranges:t?groupId=g"))
                .containsEntry("enable.auto.commit", false)
                .containsEntry("auto.offset.reset", "none")
                .containsEntry("isolation.level", "read_committed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "autoCommitEnable=false",
                "autoOffsetReset=latest",
                "valueDeserializer=x",
                "isolationLevel=read_uncommitted",
                "partitionAssignor=x",
                "row=10"
            })
    void optionThatIsFixedOrUnknown_isRefused(String option) {
        assertThatThrownBy(() -> context.getEndpoint("ranges:t?groupId=g&" + option))
                .hasStackTraceContaining(option.substring(0, option.indexOf('=')));
    }

    @Test
    void withoutAGroup_thereIsNoConsumer() {
        assertThatThrownBy(() -> context.getEndpoint("ranges:t").createConsumer(exchange -> {}))
                .hasMessageContaining("groupId");
    }

    @Test
    void nothingIsSentToIt() {
        assertThatThrownBy(() -> context.getEndpoint("ranges:t?groupId=g").createProducer())
                .hasMessageContaining("kafka:");
    }
}
