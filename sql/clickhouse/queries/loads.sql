-- Daily files that were read to their end, a row a file: how much was in it, and what came of it.
SELECT
    day,
    file,
    toString(outcome) AS outcome,
    lines,
    events,
    rejected,
    other_days,
    round(bytes / 1e6, 1) AS megabytes,
    round(seconds, 1) AS seconds,
    loaded_at
FROM raw.loads
WHERE day BETWEEN {from:Date} AND {to:Date}
ORDER BY raw.loads.loaded_at DESC, day DESC
LIMIT {most:UInt64}
SETTINGS exact_rows_before_limit = 1
