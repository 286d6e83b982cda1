-- What must hold of marts.retention; each column counts what breaks its rule.
SELECT
    count() - uniqExact(cohort_day) AS keys_twice,
    if(count() = 0, 0, toUInt64(dateDiff('day', min(cohort_day), max(cohort_day))) + 1 - count()) AS days_missing,
    countIf(
        day_1_share NOT BETWEEN 0 AND 1 OR day_7_share NOT BETWEEN 0 AND 1
        OR day_14_share NOT BETWEEN 0 AND 1 OR day_30_share NOT BETWEEN 0 AND 1) AS shares_outside_0_to_1,
    countIf((day_1 IS NULL AND day_7 IS NOT NULL) OR (day_7 IS NULL AND day_14 IS NOT NULL)
        OR (day_14 IS NULL AND day_30 IS NOT NULL)) AS later_day_reached_first,
    -- Every user is in one cohort.
    toUInt64(abs(toInt64(sum(users)) - (SELECT toInt64(uniqExact(user_id)) FROM staging.user_days))) AS users_not_in_staging
FROM {built}
