-- What was loaded since staging was built, and whether more is on its way. Times in ms.
WITH (SELECT max(loaded_at) FROM staging.checked) AS known
SELECT
    toString(max(loads.loaded_at)) AS latest,
    toString(ifNull(known, toDateTime64(0, 3, 'UTC'))) AS built_from,
    countIf(loads.loaded_at > built_from) AS pending,
    dateDiff('millisecond', max(loads.loaded_at), now64(3)) AS quiet_for,
    if(pending = 0, 0, dateDiff('millisecond', minIf(loads.loaded_at, loads.loaded_at > built_from), now64(3))) AS waited_for,
    (SELECT count() FROM system.tables WHERE database = 'raw' AND match(name, '^load_[0-9a-f]{32}$')) AS under_way
FROM raw.loads AS loads
WHERE outcome = 'loaded'
