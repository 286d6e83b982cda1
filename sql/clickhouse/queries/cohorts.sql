-- The weekly cohort matrix: users by the week of their first event, and how many were active in each week since; NULL for a
-- week of which no day was loaded.
WITH (SELECT groupUniqArray(toMonday(day)) FROM raw.loads WHERE outcome = 'loaded') AS loaded_weeks
SELECT
    cohort_week,
    week,
    if(has(loaded_weeks, cohort_week), cohorts.users, NULL) AS users,
    if(has(loaded_weeks, cohort_week + 7 * week), cohorts.active_users, NULL) AS active_users,
    if(users IS NULL OR active_users IS NULL, NULL, cohorts.active_share) AS active_share
FROM marts.cohorts
WHERE cohort_week BETWEEN toMonday({from:Date}) AND {to:Date}
ORDER BY cohort_week, week
