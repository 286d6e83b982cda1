-- The edits of a day's lines, in the order in which they were made.
SELECT line_number, rejected, text
FROM raw.edited_lines
WHERE day = {day:Date}
ORDER BY edited_at, text
