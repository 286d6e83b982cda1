-- The last file that a day was loaded from or refused with.
SELECT etag, file, toString(outcome) AS outcome, lines, rejected, edits, toString(loaded_at) AS loaded_at
FROM raw.loads
WHERE day = {day:Date}
ORDER BY raw.loads.loaded_at DESC
LIMIT 1
