-- A model that adds to its rows what is new, when the checks of what it is built from hold: else the refresh fails, says
-- which, and the rows stay as they are.
CREATE MATERIALIZED VIEW {view}
REFRESH {schedule}
SETTINGS refresh_retries = 0
APPEND TO {mart}_versions
EMPTY
COMMENT 'viewing: {definition}'
AS
WITH
    (
        SELECT JSONExtractKeysAndValues(formatRowNoNewline('JSONEachRow', *), 'Nullable(Int64)')
        FROM ({checks})
    ) AS checks,
    arrayFilter(check -> ifNull(check.2, -1) != 0, checks) AS failed
SELECT *
FROM ({select})
WHERE throwIf(
    notEmpty(failed),
    'checks of {mart} failed: '
        || arrayStringConcat(arrayMap(check -> check.1 || ' ' || ifNull(toString(check.2), 'NULL'), failed), ', ')) = 0
