-- A staged file's bad lines, with as much of their text as is good to look at.
INSERT INTO {table}_rejected
SELECT day, {file:String}, line_number, reason, substringUTF8(data, 1, 10000)
FROM {table}
WHERE reason != ''
