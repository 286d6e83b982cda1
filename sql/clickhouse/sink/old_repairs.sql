-- Tables by which rows of {table} were put in that a crash had left out: nobody has used them for an hour.
SELECT name
FROM system.tables
WHERE
    database = currentDatabase()
    AND match(name, '^{table}_repair(_[0-9a-f]{32})?$')
    AND metadata_modification_time < now() - INTERVAL 1 HOUR
