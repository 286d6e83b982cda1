package routes.batches;

import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/** One topic read by one group; see {@link BatchesComponent}. */
public final class BatchesEndpoint extends DefaultEndpoint {
    private final String topic;
    private String group;
    private int rows = 50_000;
    private int bytes = 8 * 1024 * 1024;
    private long linger = 100;
    private int workers = 2;

    BatchesEndpoint(String uri, BatchesComponent component, String topic) {
        super(uri, component);
        this.topic = topic;
    }

    @Override
    public Producer createProducer() {
        throw new UnsupportedOperationException("batches: is read from, never written to");
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        BatchesConsumer consumer = new BatchesConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public BatchesComponent getComponent() {
        return (BatchesComponent) super.getComponent();
    }

    public String getTopic() {
        return topic;
    }

    public String getGroup() {
        return group;
    }

    /** The consumer group whose committed offsets carry the write-ahead notes. Required. */
    public void setGroup(String group) {
        this.group = group;
    }

    public int getRows() {
        return rows;
    }

    /** Most records in a batch. */
    public void setRows(int rows) {
        this.rows = rows;
    }

    public int getBytes() {
        return bytes;
    }

    /** A batch is closed once its keys and values reach this many bytes. */
    public void setBytes(int bytes) {
        this.bytes = bytes;
    }

    public long getLinger() {
        return linger;
    }

    /** How long the first record of a batch waits for company, in ms. */
    public void setLinger(long linger) {
        this.linger = linger;
    }

    public int getWorkers() {
        return workers;
    }

    /** How many partitions' batches are worked on at the same time. */
    public void setWorkers(int workers) {
        this.workers = workers;
    }
}
