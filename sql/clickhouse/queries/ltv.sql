-- Lifetime value to date, by the day of users' first event.
SELECT cohort_day, days_since, users, buyers, revenue, ltv
FROM marts.ltv
WHERE cohort_day BETWEEN {from:Date} AND {to:Date}
ORDER BY cohort_day
