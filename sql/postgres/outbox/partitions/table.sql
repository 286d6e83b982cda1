-- By how many partitions of its topic a row's key is hashed: as many as the topic had when the row was written, as far as
-- the outboxes knew it, on the server that their table is on.

CREATE TABLE IF NOT EXISTS caravan_outbox.partitions (
    topic text NOT NULL,
    -- The first transaction whose rows are hashed so, by its number of 64 bits.
    since bigint NOT NULL,
    partitions integer NOT NULL,
    -- Kafka's: a topic that was made anew has another one, and may have fewer partitions.
    topic_id text NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, since)
);
