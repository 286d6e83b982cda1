-- How many events of the last 24 hours no session can be made of.
SELECT count() AS n FROM {table} WHERE arrived_at >= now64(3) - INTERVAL 1 DAY
