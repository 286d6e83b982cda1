-- The columns of a table in their order, and where each stands in the primary key.
SELECT
    a.attname AS name,
    quote_ident(a.attname) AS quoted,
    format_type(a.atttypid, a.atttypmod) AS type,
    array_position(i.indkey::smallint[], a.attnum) AS key_position
FROM pg_attribute AS a
LEFT JOIN pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
