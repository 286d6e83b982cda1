-- The materialized views that a table's inserts run through, the tables that they fill ('' for a hidden one), their
-- columns, and whether such a table says up to which offset of each partition it has been filled.
SELECT
    view.name AS name,
    view.as_select AS as_select,
    extract(view.create_table_query, ' TO (?:`?\\w+`?\\.)?`?(\\w+)`?') AS target,
    filled.columns AS columns,
    target IN (
        SELECT table
        FROM system.columns
        WHERE database = currentDatabase() AND name = 'kafka_offsets'
    ) AS marked
FROM system.tables AS view
INNER JOIN (
    SELECT table, arrayStringConcat(groupArray(name), ', ') AS columns
    FROM (SELECT table, name FROM system.columns WHERE database = currentDatabase() ORDER BY table, position)
    GROUP BY table
) AS filled ON filled.table = view.name
WHERE
    view.database = currentDatabase()
    AND view.engine = 'MaterializedView'
    AND view.name IN (
        SELECT arrayJoin(dependencies_table)
        FROM system.tables
        WHERE database = currentDatabase() AND name = {table:String}
    )
