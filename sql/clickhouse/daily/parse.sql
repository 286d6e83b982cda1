-- What fills a file's table: its lines, each with its fields, or with the reason why it is no event.
CREATE MATERIALIZED VIEW {table}_parse TO {table} AS
WITH
    JSONExtract(text, 'Tuple(event_id String, user_id String, event_type String, event_timestamp String,
        session_id String, purchase_amount String, task_id String, task_result String, ab_test_id String,
        ab_group String)') AS f,
    parseDateTime64BestEffortOrNull(f.event_timestamp, 3, 'UTC') AS time,
    toDecimal64OrNull(f.purchase_amount, 4) AS amount
SELECT
    day,
    line_number,
    multiIf(
        problem != '', problem,
        NOT isValidUTF8(text), 'not UTF-8',
        NOT isValidJSON(text), 'not JSON',
        NOT startsWith(trimLeft(text, ' \t\r'), '{'), 'not a JSON object',
        f.event_id = '', 'no event_id',
        f.user_id = '', 'no user_id',
        f.event_type = '', 'no event_type',
        f.event_timestamp = '', 'no event_timestamp',
        time IS NULL, 'event_timestamp is no time',
        time < toDateTime64('1970-01-01 00:00:00', 3, 'UTC') OR time >= toDateTime64('2149-06-06 00:00:00', 3, 'UTC'),
            'event_timestamp is not between 1970 and 2149',
        f.event_type = 'purchase' AND amount IS NULL, 'purchase_amount is missing or no amount',
        f.event_type = 'purchase' AND toDecimal128OrNull(f.purchase_amount, 18) != amount,
            'purchase_amount has more than 4 decimals',
        f.event_type = 'task_completed' AND f.task_id = '', 'no task_id',
        f.event_type = 'task_completed' AND f.task_result NOT IN ('success', 'fail'),
            'task_result is neither success nor fail',
        f.event_type = 'ab_test_assigned' AND f.ab_test_id = '', 'no ab_test_id',
        f.event_type = 'ab_test_assigned' AND f.ab_group = '', 'no ab_group',
        '') AS reason,
    f.event_id AS event_id,
    f.user_id AS user_id,
    f.event_type AS event_type,
    ifNull(time, toDateTime64(0, 3, 'UTC')) AS event_timestamp,
    f.session_id AS session_id,
    ifNull(amount, 0) AS purchase_amount,
    f.task_id AS task_id,
    f.task_result AS task_result,
    f.ab_test_id AS ab_test_id,
    f.ab_group AS ab_group,
    if(isValidUTF8(text), text, toValidUTF8(text)) AS data
FROM {table}_in
