-- The columns of a table that an insert may fill; how many keys are in it, from any batch; and the zone of times
-- that name none.
SELECT
    name,
    type,
    default_kind,
    timezone() AS zone,
    (
        SELECT ifNull(max(total_rows), 0)
        FROM system.tables
        WHERE database = currentDatabase() AND name = concat({table:String}, '_keys')
    ) AS keys
FROM system.columns
WHERE
    database = currentDatabase()
    AND table = {table:String}
    AND default_kind NOT IN ('ALIAS', 'MATERIALIZED')
ORDER BY position
