-- Completed tasks a day, and the share of them that succeeded; NULL on a day without tasks.
-- grain: a day, from the first event to the last loaded day, days without events too
-- keys: day
-- after: staging.checked
SELECT
    event_date AS day,
    sum(tasks) AS tasks,
    sum(successes) AS successes,
    if(tasks = 0, NULL, successes / tasks) AS success_share
FROM staging.user_days
GROUP BY day
ORDER BY day WITH FILL TO assumeNotNull((SELECT last_day + 1 FROM staging.checked)) STEP 1
