-- What the publisher keeps for the subscription, in bytes of its log. Nobody reads a slot that is idle; one that is not
-- complete is just being created.
SELECT
    active,
    coalesce(active_pid, 0) AS process,
    confirmed_flush_lsn IS NOT NULL AS complete,
    coalesce(wal_status = 'lost', FALSE) AS lost,
    coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint AS held,
    coalesce(pg_wal_lsn_diff(confirmed_flush_lsn, '0/0'), 0)::bigint AS confirmed,
    pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint AS written
FROM pg_replication_slots
WHERE slot_name = ?
