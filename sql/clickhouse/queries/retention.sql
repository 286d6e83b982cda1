-- Users by the day of their first event, and how many of them came back 1, 7, 14 and 30 days later; NULL where that day, or
-- the first, was not loaded.
WITH (SELECT groupUniqArray(day) FROM raw.loads WHERE outcome = 'loaded') AS loaded
SELECT
    cohort_day,
    if(has(loaded, cohort_day), retention.users, NULL) AS users,
    if(users IS NOT NULL AND has(loaded, cohort_day + 1), retention.day_1, NULL) AS day_1,
    if(users IS NOT NULL AND has(loaded, cohort_day + 7), retention.day_7, NULL) AS day_7,
    if(users IS NOT NULL AND has(loaded, cohort_day + 14), retention.day_14, NULL) AS day_14,
    if(users IS NOT NULL AND has(loaded, cohort_day + 30), retention.day_30, NULL) AS day_30,
    if(day_1 IS NULL, NULL, retention.day_1_share) AS day_1_share,
    if(day_7 IS NULL, NULL, retention.day_7_share) AS day_7_share,
    if(day_14 IS NULL, NULL, retention.day_14_share) AS day_14_share,
    if(day_30 IS NULL, NULL, retention.day_30_share) AS day_30_share
FROM marts.retention
WHERE cohort_day BETWEEN {from:Date} AND {to:Date}
ORDER BY cohort_day
