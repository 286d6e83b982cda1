-- Lifetime value to date: what the users whose first event was on a day have spent since, and for each of them on
-- average, whether they bought or not; NULL where nobody came.
-- grain: a day of first events, from the first event to the last loaded day, days without events too
-- keys: cohort_day
-- after: staging.checked
SELECT
    cohort_day,
    dateDiff('day', cohort_day, (SELECT last_day FROM staging.checked)) AS days_since,
    users,
    buyers,
    revenue,
    if(users = 0, NULL, toFloat64(revenue) / users) AS ltv
FROM (
    SELECT
        cohort_day,
        countIf(event_date = cohort_day) AS users,
        uniqExactIf(user_id, user_days.purchases > 0) AS buyers,
        sum(user_days.revenue) AS revenue
    FROM staging.user_days
    GROUP BY cohort_day
    ORDER BY cohort_day WITH FILL TO assumeNotNull((SELECT last_day + 1 FROM staging.checked)) STEP 1
)
