-- Slots of subscriptions of this name that other subscribers have, or had, and that nobody reads.
SELECT slot_name
FROM pg_replication_slots
WHERE
    NOT active
    AND plugin = 'pgoutput'
    AND database = current_database()
    AND slot_name <> ?
    AND regexp_replace(slot_name, '_[0-9a-f]{8}$', '') = left(lower(?), 54)
ORDER BY slot_name
