-- Lines of daily files that are no events, with the reason: the newest day first, a hundred unless most tells. Lines of the
-- last day up to number after are left out, so that a next part begins where one has ended.
SELECT
    day,
    file,
    line_number,
    reason,
    substringUTF8(rejected_lines.text, 1, 300) AS text,
    -- It was edited, and its day has not been loaded since.
    (day, line_number, rejected_lines.text) IN (
        SELECT day, line_number, rejected
        FROM raw.edited_lines
        WHERE day BETWEEN {from:Date} AND {to:Date}
    ) AS edited
FROM raw.rejected_lines
WHERE day BETWEEN {from:Date} AND {to:Date}
    AND (day < {to:Date} OR line_number > {after:UInt64})
    -- The days that fill the limit are found by counting, which reads no lines: each day has a part of its own.
    AND day >= (
        SELECT min(day)
        FROM (
            SELECT day, count() AS lines, sum(lines) OVER (ORDER BY day DESC) - lines AS newer
            FROM raw.rejected_lines
            WHERE day BETWEEN {from:Date} AND {to:Date} AND (day < {to:Date} OR line_number > {after:UInt64})
            GROUP BY day
        )
        WHERE newer < {most:UInt64}
    )
ORDER BY day DESC, line_number
LIMIT {most:UInt64}
