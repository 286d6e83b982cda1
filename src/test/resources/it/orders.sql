-- A table of the tests' own, of many types.
CREATE TABLE IF NOT EXISTS orders (
    code String,
    amount Nullable(Decimal(20, 6)),
    paid Nullable(Bool),
    details Nullable(String),
    big Nullable(Int64),
    at Nullable(DateTime64(6, 'UTC')),
    ref Nullable(UUID)
) ENGINE = MergeTree
ORDER BY code;
