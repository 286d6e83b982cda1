-- The materialized views behind {table}, in any database, without refreshable ones. ClickHouse names all views of a table, but
-- shows an account only the tables that it may see.
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
            toUnixTimestamp(metadata_modification_time) AS changed,
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
    concat(currentDatabase(), '.{table}') AS base, -- the table whose sink asks
    reads.place AS source, -- the table that the view reads
    concat(reads.dependent.1, '.', reads.dependent.2) AS view,
    view.engine != '' AS visible, -- if not, all of the following is empty
    view.as_select AS as_select,
    view.changed AS created, -- seconds
    selected.names AS columns, -- of the view, quoted
    -- The table that the view fills, as its own text names it, empty for a hidden one.
    extract(view.create_table_query, concat('^CREATE MATERIALIZED VIEW ', identifier, ' TO (', identifier, ')')) AS target,
    replaceRegexpAll(target, '`|\\\\(.)', '\\1') AS target_place,
    filled.marked AS marked, -- 1: it says up to which offset of each partition it has been filled
    fills.engine AS engine,
    -- How many tokens it remembers, and how many things it fsyncs, see engine.sql.
    toUInt64OrZero(extract(fills.engine_full, 'non_replicated_deduplication_window = (\\d+)')) AS window,
    countMatches(fills.engine_full, 'fsync_(after_insert|part_directory) = (1|true)') AS fsyncs,
    fills.changed AS changed, -- seconds, and whether that was in this second
    fills.changed >= toUnixTimestamp(now()) AS just_changed
FROM places AS reads
LEFT JOIN places AS view ON view.database = reads.dependent.1 AND view.name = reads.dependent.2 AND view.dependent.1 = ''
LEFT JOIN places AS fills ON fills.place = target_place AND fills.dependent.1 = ''
LEFT JOIN columns AS filled ON filled.place = target_place
LEFT JOIN columns AS selected ON selected.place = view.place
WHERE reads.dependent.2 != '' AND view.engine IN ('MaterializedView', '')
ORDER BY source, view
SETTINGS join_use_nulls = 0
