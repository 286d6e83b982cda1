-- How a table stores its rows, how many of its inserts' tokens it remembers, and which of two things it fsyncs: the files
-- of an insert, and their directory.
SELECT
    engine,
    toUInt64OrZero(extract(engine_full, 'non_replicated_deduplication_window = (\\d+)')) AS window,
    countMatches(engine_full, 'fsync_(after_insert|part_directory) = (1|true)') AS fsyncs
FROM system.tables
WHERE database = currentDatabase() AND name = {table:String}
