-- Lifetime value by the day of users' first event: revenue a user to date, and in the first 7, 14 and 28 days, which compares
-- cohorts at equal age (NULL for one that is younger). NULL for a day that was not loaded.
WITH (SELECT groupUniqArray(day) FROM raw.loads WHERE outcome = 'loaded') AS loaded
SELECT
    cohort_day,
    days_since,
    if(has(loaded, cohort_day), ltv.users, NULL) AS users,
    if(has(loaded, cohort_day), ltv.buyers, NULL) AS buyers,
    if(has(loaded, cohort_day), ltv.revenue, NULL) AS revenue,
    if(has(loaded, cohort_day), ltv.ltv, NULL) AS ltv,
    if(has(loaded, cohort_day), ltv.ltv_7_days, NULL) AS ltv_7_days,
    if(has(loaded, cohort_day), ltv.ltv_14_days, NULL) AS ltv_14_days,
    if(has(loaded, cohort_day), ltv.ltv_28_days, NULL) AS ltv_28_days
FROM marts.ltv
WHERE cohort_day BETWEEN {from:Date} AND {to:Date}
ORDER BY cohort_day
