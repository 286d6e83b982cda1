-- Skipped rows of an outbox, all of them or the one of a key, are looked at again.
DELETE FROM caravan_outbox.skipped
WHERE pipeline = :pipeline AND key = coalesce(:key, key)
