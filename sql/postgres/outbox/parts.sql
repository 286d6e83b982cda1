-- The tables that a table's rows can be in, itself included, with the name of each one's index on unsent rows; a
-- partitioned table comes last, as its index takes in those of its partitions.
WITH RECURSIVE parts AS (
    SELECT to_regclass(?)::oid AS oid, TRUE AS itself
    UNION
    SELECT i.inhrelid, FALSE
    FROM pg_inherits AS i
    JOIN parts AS p ON p.oid = i.inhparent
),
named AS (
    SELECT
        p.oid::regclass::text AS name,
        trim('_' FROM regexp_replace(p.oid::regclass::text, '[^A-Za-z0-9_]', '_', 'g')) AS plain,
        p.itself,
        c.relkind = 'p' AS partitioned
    FROM parts AS p
    JOIN pg_class AS c ON c.oid = p.oid
    WHERE c.relkind = 'r' OR c.relkind = 'p' AND p.itself
)
SELECT
    name,
    partitioned,
    'caravan_unsent_' || CASE WHEN itself THEN left(plain, 48) ELSE left(plain, 39) || '_' || left(md5(name), 8) END
        AS index
FROM named
ORDER BY partitioned, name
