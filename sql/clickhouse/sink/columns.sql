-- The columns of a table that an insert may fill.
SELECT name, type, default_kind
FROM system.columns
WHERE
    database = currentDatabase()
    AND table = {table:String}
    AND default_kind NOT IN ('ALIAS', 'MATERIALIZED')
ORDER BY position
