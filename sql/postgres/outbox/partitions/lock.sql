-- Waits until no batch of the topic is under way on this server, and lets none begin before this transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('caravan_outbox.partitions ' || :topic, 0))
