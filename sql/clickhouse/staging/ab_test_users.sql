-- Users in A/B tests: the groups they were put into, and what they did from the first assignment on.
-- grain: a test and a user who was assigned to a group of it
-- keys: ab_test_id, user_id
-- after: staging.events
WITH assigned AS (
    SELECT
        ab_test_id,
        user_id,
        arraySort(groupUniqArray(toString(ab_group))) AS groups,
        min(event_timestamp) AS since
    FROM staging.events
    WHERE event_type = 'ab_test_assigned'
    GROUP BY ab_test_id, user_id
)
SELECT
    assigned.ab_test_id AS ab_test_id,
    assigned.user_id AS user_id,
    any(assigned.groups) AS ab_groups,
    any(assigned.since) AS assigned_at,
    countIf(event.event_type = 'task_completed') AS tasks,
    countIf(event.event_type = 'task_completed' AND event.task_result = 'success') AS successes,
    countIf(event.event_type = 'purchase') AS purchases,
    sumIf(event.purchase_amount, event.event_type = 'purchase') AS revenue
FROM (
    SELECT user_id, event_type, event_timestamp, task_result, purchase_amount
    FROM staging.events
    WHERE event_type IN ('task_completed', 'purchase', 'ab_test_assigned')
) AS event
-- Nobody is lost: the assignment itself is an event.
INNER JOIN assigned ON assigned.user_id = event.user_id
WHERE event.event_timestamp >= assigned.since
GROUP BY assigned.ab_test_id, assigned.user_id
