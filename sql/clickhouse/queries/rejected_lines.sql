-- Lines of daily files that are no events, with the reason: the newest 300, a hundred of each day at most.
SELECT day, file, line_number, reason, substringUTF8(text, 1, 300) AS text
FROM raw.rejected_lines
WHERE day BETWEEN {from:Date} AND {to:Date}
    -- The days that fill the limit are found by counting, which reads no lines: each day has a part of its own.
    AND day >= (
        SELECT min(day)
        FROM (
            SELECT day, least(count(), 100) AS shown, sum(shown) OVER (ORDER BY day DESC) - shown AS newer
            FROM raw.rejected_lines
            WHERE day BETWEEN {from:Date} AND {to:Date}
            GROUP BY day
        )
        WHERE newer < 300
    )
ORDER BY day DESC, line_number
LIMIT 100 BY day
LIMIT 300
