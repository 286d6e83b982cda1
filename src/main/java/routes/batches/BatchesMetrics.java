package routes.batches;

/** What a {@link BatchesConsumer} tells about itself; called from its threads. */
public interface BatchesMetrics {
    /**
     * Records between the committed offset and the end of a partition, as known from the last
     * fetch.
     */
    void lag(String group, String topic, int partition, long records);

    /** The partition has gone to another consumer: its lag is theirs to tell. */
    void released(String group, String topic, int partition);

    /** Records that the broker deleted by retention before this group read them: they are lost. */
    void lost(String group, String topic, int partition, long records);

    /** Tells nobody. */
    static BatchesMetrics none() {
        return new BatchesMetrics() {
            @Override
            public void lag(String group, String topic, int partition, long records) {}

            @Override
            public void released(String group, String topic, int partition) {}

            @Override
            public void lost(String group, String topic, int partition, long records) {}
        };
    }
}
