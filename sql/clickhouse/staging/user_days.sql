-- What a user did on a day, the day of the user's first event, and the next day on which the user came back.
-- grain: a user and a day with events
-- keys: user_id, event_date
-- after: staging.events
SELECT
    user_id,
    event_date,
    min(event_date) OVER (PARTITION BY user_id) AS cohort_day,
    leadInFrame(toNullable(event_date)) OVER (
        PARTITION BY user_id ORDER BY event_date ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS next_day,
    events,
    purchases,
    revenue,
    tasks,
    successes
FROM (
    SELECT
        user_id,
        event_date,
        count() AS events,
        countIf(event_type = 'purchase') AS purchases,
        sumIf(purchase_amount, event_type = 'purchase') AS revenue,
        countIf(event_type = 'task_completed') AS tasks,
        countIf(event_type = 'task_completed' AND task_result = 'success') AS successes
    FROM staging.events
    GROUP BY user_id, event_date
)
