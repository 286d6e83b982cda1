-- What must hold of marts.learning_tasks; each column counts what breaks its rule.
SELECT
    count() - uniqExact(day, task_id) AS keys_twice,
    countIf(task_id = '') AS keys_empty,
    countIf(success_share NOT BETWEEN 0 AND 1) AS shares_outside_0_to_1,
    countIf(users > tasks) AS more_users_than_tasks,
    toUInt64(abs(toInt64(sum(tasks))
        - (SELECT toInt64(countIf(event_type = 'task_completed')) FROM staging.events))) AS tasks_not_in_events
FROM {built}
