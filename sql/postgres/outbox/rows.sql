-- How many rows the table has, how many of them are marked as sent, and how many are to be sent yet; the others are skipped. Reads
-- all of it.
SELECT
    count(*) AS rows,
    count(*) FILTER (WHERE t.{apart} IS TRUE) AS sent,
    count(*) FILTER (WHERE t.{apart} IS NOT TRUE AND {not-skipped}) AS unsent
FROM {table} AS t
