-- The sequence that a column takes its default from, and what it hands out.
SELECT s.oid::regclass::text AS name, q.seqcache AS cache, q.seqincrement AS increment, q.seqcycle AS cycle
FROM pg_attribute AS a
JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
JOIN pg_depend AS p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass
JOIN pg_class AS s ON s.oid = p.refobjid AND s.relkind = 'S'
JOIN pg_sequence AS q ON q.seqrelid = s.oid
WHERE a.attrelid = '{table}'::regclass AND a.attname = :arrival AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%'
