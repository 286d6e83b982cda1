-- What a staged file holds.
SELECT
    count() AS lines,
    countIf(reason != '') AS rejected,
    countIf(reason = '' AND toDate(event_timestamp) != day) AS other_days
FROM {table}
