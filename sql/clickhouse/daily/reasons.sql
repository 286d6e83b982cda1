-- The commonest reasons for which lines of a staged file are bad, with an example each.
SELECT reason, count() AS lines, min(line_number) AS first
FROM {table}
WHERE reason != ''
GROUP BY reason
ORDER BY lines DESC
LIMIT 5
