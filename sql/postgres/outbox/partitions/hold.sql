-- Until this transaction ends, no row of the topic gets another number of partitions than it has now. A statement of its
-- own, before the one that reads: that one's snapshot has to come after the lock.
SELECT pg_advisory_xact_lock_shared(hashtextextended('caravan_outbox.partitions ' || :?topic, 0))
