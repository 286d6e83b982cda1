-- The weekly cohort matrix: of the users whose first event was in a week (from Monday), how many had events in that week
-- and in each one after it. NULL for a week that is not over yet on the last loaded day.
-- grain: a week of first events, and a number of weeks after it
-- keys: cohort_week, week
-- after: staging.checked
WITH
    (SELECT last_day FROM staging.checked) AS last_day,
    active AS (
        SELECT
            toMonday(cohort_day) AS cohort_week,
            toUInt32(intDiv(toMonday(event_date) - cohort_week, 7)) AS week,
            uniqExact(user_id) AS users
        FROM staging.user_days
        GROUP BY cohort_week, week
    ),
    cohorts AS (SELECT cohort_week, users FROM active WHERE week = 0),
    matrix AS (
        SELECT
            cohort_week,
            users,
            arrayJoin(range(toUInt32(intDiv(toMonday(last_day) - cohort_week, 7)) + 1)) AS week
        FROM cohorts
    )
SELECT
    matrix.cohort_week AS cohort_week,
    toUInt32(matrix.week) AS week,
    matrix.users AS users,
    if(cohort_week + 7 * week + 6 > last_day, NULL, active.users) AS active_users,
    active_users / matrix.users AS active_share
FROM matrix
LEFT JOIN active ON active.cohort_week = matrix.cohort_week AND active.week = matrix.week
