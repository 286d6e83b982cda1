-- What must hold of staging; each column counts what breaks its rule.
SELECT
    (SELECT count() - uniqExact(event_id) FROM staging.events) AS events_keys_twice,
    (SELECT countIf(event_id = '' OR user_id = '' OR event_type = '') FROM staging.events) AS events_keys_empty,
    (SELECT countIf(event_type = 'task_completed' AND task_result NOT IN ('success', 'fail')) FROM staging.events)
        AS task_results_not_accepted,
    (SELECT countIf(event_date > (SELECT last_day FROM staging.loaded)) FROM staging.events) AS events_ahead,
    -- An id in raw that staging lacks, unless its day is still to be loaded.
    (
        SELECT uniqExact(event_id)
        FROM raw.events
        WHERE day <= (SELECT last_day FROM staging.loaded)
            AND toDate(event_timestamp) <= (SELECT last_day FROM staging.loaded)
            AND event_id NOT IN (SELECT event_id FROM staging.events)
    ) AS raw_events_missing,
    (SELECT abs(sum(toInt64(events)) - (SELECT toInt64(count()) FROM staging.events)) FROM staging.user_days)
        AS events_not_in_user_days
