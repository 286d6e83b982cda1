-- Of the users whose first event was on a day, how many had events exactly 1, 7, 14 and 30 days later. NULL where that
-- day has not been loaded yet; a share is NULL too where nobody came that could return.
-- grain: a day of first events, from the first event to the last loaded day, days without events too
-- keys: cohort_day
-- after: staging.checked
WITH (SELECT last_day FROM staging.checked) AS last_day
SELECT
    cohort_day,
    users,
    if(cohort_day + 1 > last_day, NULL, returned_1) AS day_1,
    if(cohort_day + 7 > last_day, NULL, returned_7) AS day_7,
    if(cohort_day + 14 > last_day, NULL, returned_14) AS day_14,
    if(cohort_day + 30 > last_day, NULL, returned_30) AS day_30,
    if(users = 0, NULL, day_1 / users) AS day_1_share,
    if(users = 0, NULL, day_7 / users) AS day_7_share,
    if(users = 0, NULL, day_14 / users) AS day_14_share,
    if(users = 0, NULL, day_30 / users) AS day_30_share
FROM (
    SELECT
        cohort_day,
        countIf(event_date = cohort_day) AS users,
        countIf(event_date = cohort_day + 1) AS returned_1,
        countIf(event_date = cohort_day + 7) AS returned_7,
        countIf(event_date = cohort_day + 14) AS returned_14,
        countIf(event_date = cohort_day + 30) AS returned_30
    FROM staging.user_days
    GROUP BY cohort_day
    ORDER BY cohort_day WITH FILL TO assumeNotNull((SELECT last_day + 1 FROM staging.checked)) STEP 1
)
