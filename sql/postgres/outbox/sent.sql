-- How many rows of the table are marked as sent; reads all of it.
SELECT count(*) AS rows
FROM {table} AS t
WHERE t.{apart} IS TRUE
