-- A table's copy, taken only when its checks hold: else the refresh fails, says which, and the former copy stays.
CREATE MATERIALIZED VIEW {view}
REFRESH {schedule} {after}
SETTINGS refresh_retries = 0
ENGINE = MergeTree
ORDER BY ({keys})
EMPTY
COMMENT '{definition}'
AS
WITH
    (
        -- By way of JSON, because the columns may differ in type; NULL does not hold either.
        SELECT JSONExtractKeysAndValues(formatRowNoNewline('JSONEachRow', *), 'Nullable(Int64)')
        FROM ({checks})
    ) AS checks,
    arrayFilter(check -> ifNull(check.2, -1) != 0, checks) AS failed
SELECT *
FROM {built}
WHERE throwIf(
    notEmpty(failed),
    'checks of {mart} failed: '
        || arrayStringConcat(arrayMap(check -> check.1 || ' ' || ifNull(toString(check.2), 'NULL'), failed), ', ')) = 0
