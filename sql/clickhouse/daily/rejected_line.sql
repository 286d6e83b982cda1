-- A rejected line of a day, with as much of its text as is kept.
SELECT file, reason, text
FROM raw.rejected_lines
WHERE day = {day:Date} AND line_number = {line:UInt64}
