-- The materialized views that a table's inserts run through, and the tables that they fill ('' for a hidden one).
SELECT
    name,
    extract(create_table_query, ' TO (?:`?\\w+`?\\.)?`?(\\w+)`?') AS target
FROM system.tables
WHERE
    database = currentDatabase()
    AND engine = 'MaterializedView'
    AND name IN (
        SELECT arrayJoin(dependencies_table)
        FROM system.tables
        WHERE database = currentDatabase() AND name = {table:String}
    )
