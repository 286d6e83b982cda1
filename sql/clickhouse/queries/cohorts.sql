-- The weekly cohort matrix: users by the week of their first event, and how many were active in each week since.
SELECT cohort_week, week, users, active_users, active_share
FROM marts.cohorts
WHERE cohort_week BETWEEN toMonday({from:Date}) AND {to:Date}
ORDER BY cohort_week, week
