-- The materialized views that a table's inserts run through, the tables that they fill ('' for a hidden one), and
-- whether such a table says up to which offset of each partition it has been filled.
SELECT
    name,
    as_select,
    extract(create_table_query, ' TO (?:`?\\w+`?\\.)?`?(\\w+)`?') AS target,
    target IN (
        SELECT table
        FROM system.columns
        WHERE database = currentDatabase() AND name = 'kafka_offsets'
    ) AS marked
FROM system.tables
WHERE
    database = currentDatabase()
    AND engine = 'MaterializedView'
    AND name IN (
        SELECT arrayJoin(dependencies_table)
        FROM system.tables
        WHERE database = currentDatabase() AND name = {table:String}
    )
