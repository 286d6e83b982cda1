-- Users, points and actions a day and event type, from the sums that are kept 180 days.
SELECT
    event_date,
    event_type,
    uniqMerge(unique_users) AS unique_users,
    sumMerge(total_points) AS total_points,
    countMerge(total_actions) AS total_actions
FROM user_events_daily
GROUP BY event_date, event_type
ORDER BY event_date, event_type
