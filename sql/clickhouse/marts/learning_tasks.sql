-- Completed tasks a day and task, the users who completed it, and the share of completions that succeeded.
-- grain: a day and a task that was completed on it
-- keys: day, task_id
-- after: staging.checked
SELECT
    event_date AS day,
    task_id,
    uniqExact(user_id) AS users,
    count() AS tasks,
    countIf(task_result = 'success') AS successes,
    successes / tasks AS success_share
FROM staging.events
WHERE event_type = 'task_completed'
GROUP BY day, task_id
