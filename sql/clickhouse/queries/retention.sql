-- Users by the day of their first event, and how many of them came back 1, 7, 14 and 30 days later.
SELECT
    cohort_day, users, day_1, day_7, day_14, day_30, day_1_share, day_7_share, day_14_share, day_30_share
FROM marts.retention
WHERE cohort_day BETWEEN {from:Date} AND {to:Date}
ORDER BY cohort_day
