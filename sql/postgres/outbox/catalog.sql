-- A table's names in the form that the other statements take them, each quoted; :apart notes what was sent. A colon or
-- a brace in a column's name is written by its number, as a parameter or a name to fill in is read out of a statement.
WITH a AS (
    SELECT
        a.attnum,
        a.attname AS name,
        CASE
            WHEN a.attname ~ '[:{]' THEN
                'U&"'
                || replace(replace(replace(replace(a.attname, '\', '\\'), '"', '""'), ':', '\003A'), '{', '\007B')
                || '"'
            ELSE quote_ident(a.attname)
        END AS quoted,
        format_type(a.atttypid, a.atttypmod) AS type,
        array_position(i.indkey::smallint[], a.attnum) AS key_position
    FROM pg_attribute AS a
    LEFT JOIN pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
    WHERE a.attrelid = to_regclass(:table) AND a.attnum > 0 AND NOT a.attisdropped
),
k AS (
    SELECT
        count(*) AS columns,
        string_agg(quoted, ', ' ORDER BY key_position) AS keys,
        string_agg('t.' || quoted, ', ' ORDER BY key_position) AS ordered,
        (array_agg('t.' || quoted ORDER BY key_position))[1] AS first,
        (array_agg(type ORDER BY key_position))[1] AS first_type
    FROM a
    WHERE key_position IS NOT NULL
)
SELECT
    to_regclass(:table)::text AS "{table}",
    (SELECT quoted FROM a WHERE name = :apart) AS "{apart}",
    (SELECT type FROM a WHERE name = :apart) AS "{apart-type}",
    (SELECT string_agg('t.' || quoted, ', ' ORDER BY attnum) FROM a WHERE name <> :apart) AS "{columns}",
    -- The bytes of a row's text, which Postgres knows without reading it.
    (
        SELECT coalesce(string_agg('coalesce(octet_length(t.' || quoted || '), 0)::bigint', ' + '), '0')
        FROM a
        WHERE name <> :apart AND type ~ '^(text|bytea|character varying(\([0-9]+\))?)$'
    ) AS "{size}",
    k.keys AS "{keys}",
    k.ordered AS "{order}",
    CASE WHEN k.columns = 1 THEN k.first || '::text' ELSE 'json_build_array(' || k.ordered || ')::text' END AS "{key}",
    k.first AS "{first}",
    k.first_type AS "{first-type}",
    CASE
        WHEN current_setting('track_commit_timestamp')::boolean THEN 'pg_xact_commit_timestamp(t.xmin)'
        ELSE 'NULL::timestamptz'
    END AS "{committed}"
FROM k
