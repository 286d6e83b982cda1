-- What of raw the other models are built from; read before them, so that they hold at least this.
-- grain: one row
-- keys: loaded_at
SELECT
    max(loads.loaded_at) AS loaded_at,
    greatest(max(loads.day), assumeNotNull((SELECT max(day) FROM raw.lines))) AS last_day
FROM raw.loads AS loads
WHERE outcome = 'loaded'
