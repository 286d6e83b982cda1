-- Lifetime value: what the users whose first event was on a day have spent to date, and for each of them on average,
-- whether they bought or not; NULL where nobody came. Cohorts are compared at equal age: by what they spent in their
-- first 7, 14 and 28 days, the first day counted; NULL for a cohort that is younger than that on the last loaded day.
-- grain: a day of first events, from the first event to the last loaded day, days without events too
-- keys: cohort_day
-- after: staging.checked
WITH (SELECT last_day FROM staging.checked) AS last_day
SELECT
    cohort_day,
    dateDiff('day', cohort_day, last_day) AS days_since,
    users,
    buyers,
    revenue,
    if(users = 0, NULL, toFloat64(revenue) / users) AS ltv,
    if(users = 0 OR cohort_day + 6 > last_day, NULL, toFloat64(revenue_7) / users) AS ltv_7_days,
    if(users = 0 OR cohort_day + 13 > last_day, NULL, toFloat64(revenue_14) / users) AS ltv_14_days,
    if(users = 0 OR cohort_day + 27 > last_day, NULL, toFloat64(revenue_28) / users) AS ltv_28_days
FROM (
    SELECT
        cohort_day,
        countIf(event_date = cohort_day) AS users,
        uniqExactIf(user_id, user_days.purchases > 0) AS buyers,
        sum(user_days.revenue) AS revenue,
        sumIf(user_days.revenue, event_date < cohort_day + 7) AS revenue_7,
        sumIf(user_days.revenue, event_date < cohort_day + 14) AS revenue_14,
        sumIf(user_days.revenue, event_date < cohort_day + 28) AS revenue_28
    FROM staging.user_days
    GROUP BY cohort_day
    ORDER BY cohort_day WITH FILL TO assumeNotNull((SELECT last_day + 1 FROM staging.checked)) STEP 1
)
