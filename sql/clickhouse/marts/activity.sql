-- Users with events on a day (DAU), in the 7 days that end with it (WAU), in the 30 days that end with it (MAU), and
-- how these compare; NULL where nobody is there to compare with.
-- grain: a day, from the first event to the last loaded day, days without events too
-- keys: day
-- after: staging.checked
WITH
    changes AS (
        -- A user is in the window from a day with events until it is over, or until the user's next day begins another.
        SELECT
            arrayJoin([
                (event_date, toInt64(1), toInt64(1), toInt64(1)),
                (event_date + 1, -1, 0, 0),
                (least(event_date + 7, ifNull(next_day, event_date + 7)), 0, -1, 0),
                (least(event_date + 30, ifNull(next_day, event_date + 30)), 0, 0, -1)]) AS change,
            change.1 AS day,
            change.2 AS dau,
            change.3 AS wau,
            change.4 AS mau
        FROM staging.user_days
    ),
    days AS (
        SELECT day, sum(dau) AS dau, sum(wau) AS wau, sum(mau) AS mau
        FROM changes
        WHERE day <= (SELECT last_day FROM staging.checked)
        GROUP BY day
        ORDER BY day WITH FILL TO assumeNotNull((SELECT last_day + 1 FROM staging.checked)) STEP 1
    )
SELECT
    day,
    toUInt64(sum(days.dau) OVER (ORDER BY day)) AS dau,
    toUInt64(sum(days.wau) OVER (ORDER BY day)) AS wau,
    toUInt64(sum(days.mau) OVER (ORDER BY day)) AS mau,
    if(wau = 0, NULL, dau / wau) AS dau_per_wau,
    if(mau = 0, NULL, dau / mau) AS dau_per_mau,
    if(mau = 0, NULL, wau / mau) AS wau_per_mau
FROM days
