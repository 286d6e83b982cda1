-- What must hold of staging; each column counts what breaks its rule. Ids are counted by their hashes of 128 bits, as
-- uniqExact does with any text: given as numbers, they take it half the time.
WITH
    (SELECT last_day FROM staging.loaded) AS last_day,
    (
        SELECT (
            toInt64(count()),
            toInt64(uniqExact(reinterpretAsUInt128(sipHash128(event_id)))),
            countIf(event_id = '' OR user_id = '' OR event_type = ''),
            countIf(event_type = 'task_completed' AND task_result NOT IN ('success', 'fail')),
            countIf(event_date > last_day))
        FROM staging.events
    ) AS staged,
    -- All ids, and those that may belong to days that are still to be loaded.
    (
        SELECT (
            toInt64(uniqExact(reinterpretAsUInt128(sipHash128(event_id)) AS id)),
            toInt64(uniqExactIf(id, event_date > last_day)))
        FROM raw.lines
        WHERE reason = ''
    ) AS raw
SELECT
    staged.1 - staged.2 AS events_keys_twice,
    staged.3 AS events_keys_empty,
    staged.4 AS task_results_not_accepted,
    staged.5 AS events_ahead,
    greatest(raw.1 - raw.2 - staged.1, 0) AS raw_events_missing,
    abs(toInt64(sum(events)) - staged.1) AS events_not_in_user_days
FROM staging.user_days
