-- What the publisher keeps for the subscription, in bytes of its log.
SELECT
    active,
    coalesce(wal_status, '') AS wal_status,
    coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint AS held,
    coalesce(pg_wal_lsn_diff(confirmed_flush_lsn, '0/0'), 0)::bigint AS confirmed,
    pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint AS written
FROM pg_replication_slots
WHERE slot_name = ?
