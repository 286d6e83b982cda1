-- What must hold of marts.learning; each column counts what breaks its rule.
SELECT
    count() - uniqExact(day) AS keys_twice,
    if(count() = 0, 0, toUInt64(dateDiff('day', min(day), max(day))) + 1 - count()) AS days_missing,
    countIf(success_share NOT BETWEEN 0 AND 1) AS shares_outside_0_to_1,
    toUInt64(abs(toInt64(sum(tasks))
        - (SELECT toInt64(countIf(event_type = 'task_completed')) FROM staging.events))) AS tasks_not_in_events
FROM {built}
