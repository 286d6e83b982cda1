-- What must hold of marts.cohorts; each column counts what breaks its rule.
SELECT
    count() - uniqExact(cohort_week, week) AS keys_twice,
    countIf(toDayOfWeek(cohort_week) != 1) AS weeks_not_from_monday,
    countIf(active_share NOT BETWEEN 0 AND 1) AS shares_outside_0_to_1,
    countIf(week = 0 AND active_users != users) AS first_weeks_not_whole,
    toUInt64(abs(toInt64(sumIf(users, week = 0)) - (SELECT toInt64(uniqExact(user_id)) FROM staging.user_days)))
        AS users_not_in_staging
FROM {built}
