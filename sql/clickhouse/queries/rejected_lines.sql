-- Lines of daily files that are no events, with the reason, a hundred of each day at most.
SELECT day, file, line_number, reason, substringUTF8(text, 1, 300) AS text
FROM raw.rejected_lines
WHERE day BETWEEN {from:Date} AND {to:Date}
ORDER BY day DESC, line_number
LIMIT 100 BY day
LIMIT 1000
