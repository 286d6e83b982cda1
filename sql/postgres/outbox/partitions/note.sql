-- Rows of transactions that come from now on are hashed by this number; all rows are, if it is the topic's first one.
WITH next AS (
    SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS transaction
),
of_another_server AS (
    DELETE FROM caravan_outbox.partitions
    WHERE topic = :topic AND since > (SELECT transaction FROM next)
)
INSERT INTO caravan_outbox.partitions (topic, since, partitions, topic_id)
SELECT
    :topic,
    CASE
        WHEN EXISTS (SELECT FROM caravan_outbox.partitions AS p WHERE p.topic = :topic AND p.since <= transaction)
            THEN transaction
        ELSE 0
    END,
    :partitions,
    :topic_id
FROM next
