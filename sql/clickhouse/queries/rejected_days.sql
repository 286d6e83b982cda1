-- Days whose daily files have lines that are no events, and how many.
SELECT day, count() AS lines
FROM raw.rejected_lines
WHERE day BETWEEN {from:Date} AND {to:Date}
GROUP BY day
ORDER BY day
LIMIT 50000
