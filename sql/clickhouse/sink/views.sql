-- Every materialized view that inserts run through (so no refreshable one), in any database: the table that it reads,
-- its columns, the table that it fills ('' for a hidden one), as its own text names it, that one's engine and number of
-- tokens that it remembers, and whether it says up to which offset of each partition it has been filled. The base is
-- {table}, whose sink asks.
WITH
    places AS (
        SELECT
            concat(database, '.', name) AS place,
            database,
            name,
            engine,
            engine_full,
            create_table_query,
            as_select,
            arrayJoin(arrayConcat([('', '')], arrayZip(dependencies_database, dependencies_table))) AS dependent
        FROM system.tables
    ),
    columns AS (
        SELECT
            concat(database, '.', table) AS place,
            arrayStringConcat(groupArray(concat('`', replaceRegexpAll(name, '([`\\\\])', '\\\\\\1'), '`')), ', ') AS names,
            countIf(name = 'kafka_offsets') AS marked
        FROM (SELECT database, table, name FROM system.columns ORDER BY database, table, position)
        GROUP BY place
    ),
    '(?:\\w+|`(?:[^`\\\\]|\\\\.)+`)\\.(?:\\w+|`(?:[^`\\\\]|\\\\.)+`)' AS identifier
SELECT
    concat(currentDatabase(), '.{table}') AS base,
    reads.place AS source,
    view.place AS view,
    view.as_select AS as_select,
    selected.names AS columns,
    extract(view.create_table_query, concat('^CREATE MATERIALIZED VIEW ', identifier, ' TO (', identifier, ')')) AS target,
    replaceRegexpAll(target, '`|\\\\(.)', '\\1') AS target_place,
    filled.marked AS marked,
    fills.engine AS engine,
    toUInt64OrZero(extract(fills.engine_full, 'non_replicated_deduplication_window = (\\d+)')) AS window
FROM places AS reads
INNER JOIN places AS view ON view.database = reads.dependent.1 AND view.name = reads.dependent.2 AND view.dependent.1 = ''
LEFT JOIN places AS fills ON fills.place = target_place AND fills.dependent.1 = ''
LEFT JOIN columns AS filled ON filled.place = target_place
LEFT JOIN columns AS selected ON selected.place = view.place
WHERE view.engine = 'MaterializedView'
ORDER BY source, view
