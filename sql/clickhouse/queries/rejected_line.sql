-- One line of a daily file that is no event, with its whole text, up to 10,000 characters.
SELECT day, file, line_number, reason, text
FROM raw.rejected_lines
WHERE day = {day:Date} AND line_number = {line:UInt64}
