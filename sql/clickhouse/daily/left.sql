-- The tables of loads, views before what they fill.
SELECT name
FROM system.tables
WHERE database = 'raw' AND match(name, '^load_[0-9a-f]{32}')
ORDER BY name DESC
