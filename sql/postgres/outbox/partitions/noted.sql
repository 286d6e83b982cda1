-- The numbers of partitions that a topic has had, the first one first; those of transactions that are still to come are of
-- another server, from which this table was restored.
SELECT partitions, topic_id
FROM caravan_outbox.partitions
WHERE topic = :topic AND since <= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
ORDER BY since
