-- A table whose source has a primary key of two columns.
CREATE TABLE IF NOT EXISTS order_lines (
    code String,
    line Int32,
    amount Decimal(10, 2)
) ENGINE = MergeTree
ORDER BY (code, line);
