-- Settings of the account that an insert does not override, since not every ClickHouse knows them, and that would split
-- it into blocks or store it twice.
SELECT concat(name, '=', value) AS setting
FROM system.settings
WHERE
    name = 'deduplicate_insert' AND value = 'disable'
    OR name IN ('max_insert_block_size_bytes', 'input_format_max_block_size_bytes', 'input_format_max_block_wait_ms')
    AND value != '0'
