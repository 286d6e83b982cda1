package routes.kafka;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A reader whose turns a test takes one by one, on Kafka's MockConsumer and a clock of its own. */
abstract class ReaderLab {
    static final int LINGER_MS = 100;
    static final RangeLimits LIMITS = new RangeLimits(3, 1 << 20, LINGER_MS, 2, 0);

    final ScriptedConsumer.Broker broker = new ScriptedConsumer.Broker();
    long nowMs = 1_000_000;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final RangesMetrics metrics = new RangesMetrics(meters, () -> nowMs);
    final List<Delivery> out = new ArrayList<>();
    final List<String> noteAtHandOut = new ArrayList<>();
    Beginning beginning = Beginning.OF_THE_LOG;
    ScriptedConsumer consumer;
    RangeReader reader;

    void join(int... partitions) {
        join(LIMITS, partitions);
    }

    /** A new member of the group, as after a start. */
    void join(RangeLimits limits, int... partitions) {
        consumer = new ScriptedConsumer(broker);
        reader =
                new RangeReader(
                        consumer,
                        "g",
                        ScriptedConsumer.TOPIC,
                        limits,
                        () -> "id",
                        beginning,
                        delivery -> {
                            noteAtHandOut.add(
                                    broker.note(delivery.range().partition().partition()));
                            out.add(delivery);
                        },
                        metrics,
                        () -> TimeUnit.MILLISECONDS.toNanos(nowMs));
        reader.join();
        consumer.assign(partitions);
    }

    List<String> tokens() {
        return out.stream().map(delivery -> delivery.range().token()).toList();
    }

    void steps(int count) {
        for (int i = 0; i < count; i++) {
            reader.step();
        }
    }
}
