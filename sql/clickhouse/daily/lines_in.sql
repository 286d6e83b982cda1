-- Where a file's lines are put; it keeps nothing.
CREATE TABLE {table}_in (
    day Date,
    line_number UInt64,
    problem String,
    text String
) ENGINE = Null
