package routes.kafka;

import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.spi.Synchronization;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.util.ObjectHelper;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.pipeline.NeedsPerson;
import routes.pipeline.Reason;
import routes.settings.SettingsException;

/**
 * The threads around a {@link RangeReader}: one owns the Kafka consumer and opens a new one when it
 * fails; the workers take the ranges through the route.
 */
final class RangesConsumer extends DefaultConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(RangesConsumer.class);
    private static final BackOff REOPEN = new BackOff(1_000, 10_000);
    private static final Duration LEAVE = Duration.ofSeconds(10);
    private static final long STOP_MS = 30_000;

    private final RangesEndpoint endpoint;
    private final String topic;
    private final String group;
    private Properties properties;
    private ExecutorService workers;
    private Thread thread;
    private CountDownLatch stopping;

    RangesConsumer(RangesEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.topic = endpoint.getConfiguration().getTopic();
        this.group = endpoint.getConfiguration().getGroupId();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        properties = endpoint.consumerProperties();
        CountDownLatch stop = new CountDownLatch(1);
        stopping = stop;
        ExecutorServiceManager threads = endpoint.getCamelContext().getExecutorServiceManager();
        workers = threads.newFixedThreadPool(this, "ranges-" + topic, endpoint.getWorkers());
        thread = threads.newThread("ranges-" + topic, () -> run(stop));
        thread.start();
    }

    @Override
    protected void doStop() throws Exception {
        stopping.countDown();
        thread.join(STOP_MS);
        endpoint.getCamelContext().getExecutorServiceManager().shutdownNow(workers);
        super.doStop();
    }

    private void run(CountDownLatch stop) {
        int failures = 0;
        try {
            while (stop.getCount() > 0) {
                failures = readUntil(stop) ? 1 : failures + 1;
                stop.await(REOPEN.afterMs(failures), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads until it is to stop, or fails; true if it owned a partition. */
    private boolean readUntil(CountDownLatch stop) {
        boolean owned = false;
        try {
            RangeReader reader =
                    new RangeReader(
                            open(),
                            group,
                            topic,
                            endpoint.limits(),
                            () -> endpoint.getComponent().topicId(endpoint),
                            Beginning.with(endpoint.getStored()),
                            delivery -> workers.execute(() -> deliver(delivery)),
                            endpoint.getComponent().metrics(),
                            System::nanoTime);
            try {
                reader.join();
                while (stop.getCount() > 0) {
                    reader.step();
                    owned |= reader.owns();
                }
            } catch (RuntimeException | Error e) {
                reader.abandon(); // nothing that may be in doubt is handed over
                throw e;
            } finally {
                reader.leave(LEAVE);
            }
        } catch (RuntimeException | Error e) {
            tell(e);
        }
        return owned;
    }

    private void tell(Throwable failure) {
        // Kafka's client wraps what a rebalance throws.
        Beginning.NotKnown notKnown = ObjectHelper.getException(Beginning.NotKnown.class, failure);
        if (notKnown != null) {
            LOG.warn(
                    "topic={} group={} event=waiting for=\"what the store has\" do=\"nothing: it is"
                            + " asked again\" reason=\"{}\"",
                    topic,
                    group,
                    Reason.of(notKnown));
        } else if (failure instanceof KafkaException) {
            LOG.warn(
                    "topic={} group={} event=consumer-failed do=\"nothing: another one is opened\""
                            + " reason=\"{}\"",
                    topic,
                    group,
                    Reason.of(failure));
        } else {
            LOG.error("topic={} group={} event=consumer-failed", topic, group, failure);
        }
        LOG.debug("Consumer of {} failed", topic, failure);
    }

    @SuppressWarnings("unchecked") // Both deserializers are fixed.
    private Consumer<byte[], byte[]> open() {
        return endpoint.getComponent().getKafkaClientFactory().getConsumer(properties);
    }

    private void deliver(Delivery delivery) {
        Exchange exchange = createExchange(false);
        try {
            exchange.getIn().setBody(delivery.range());
            exchange.getIn().setHeader(RangesConstants.TOKEN, delivery.range().token());
            exchange.getExchangeExtension().addOnCompletion(new Acknowledgement(delivery));
            getProcessor().process(exchange);
            if (exchange.getException() != null) {
                failed(delivery, exchange.getException());
            }
        } catch (Exception | Error e) {
            failed(delivery, e); // whatever it was, the range is not done
        } finally {
            releaseExchange(exchange, false);
        }
    }

    private static void failed(Delivery delivery, Throwable reason) {
        AnnouncedRange range = delivery.range();
        if (delivery.fail() && range.owned()) {
            boolean person = reason instanceof NeedsPerson || reason instanceof SettingsException;
            LOG.warn(
                    "topic={} partition={} offsets={}-{} event={} do=\"{}\" reason=\"{}\"",
                    range.partition().topic(),
                    range.partition().partition(),
                    range.start(),
                    range.end(),
                    person ? "needs-you" : "batch-failed",
                    person ? "see the reason" : "nothing: it is tried again",
                    Reason.of(reason));
            LOG.debug("{} failed", range, reason);
        }
    }

    /** Comes at the end of the exchange, on whatever thread that is. */
    private record Acknowledgement(Delivery delivery) implements Synchronization {
        @Override
        public void onComplete(Exchange exchange) {
            if (exchange.isRollbackOnly()) {
                onFailure(exchange);
            } else {
                delivery.acknowledge();
            }
        }

        @Override
        public void onFailure(Exchange exchange) {
            Exception reason = exchange.getException();
            failed(
                    delivery,
                    reason != null
                            ? reason
                            : new IllegalStateException("the route has rolled the exchange back"));
        }
    }
}
