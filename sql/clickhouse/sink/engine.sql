-- How a table stores its rows, and how many of its inserts' tokens it remembers.
SELECT
    engine,
    toUInt64OrZero(extract(engine_full, 'non_replicated_deduplication_window = (\\d+)')) AS window
FROM system.tables
WHERE database = currentDatabase() AND name = {table:String}
