-- Revenue a day. Conversion is buyers / active users, ARPU revenue / active users (those without purchases count), ARPPU
-- revenue / buyers; NULL on a day without active users or buyers.
-- grain: a day, from the first event to the last loaded day, days without events too
-- keys: day
-- after: staging.checked
SELECT
    event_date AS day,
    count() AS active_users,
    countIf(user_days.purchases > 0) AS buyers,
    sum(user_days.purchases) AS purchases,
    sum(user_days.revenue) AS revenue,
    if(active_users = 0, NULL, buyers / active_users) AS conversion,
    if(active_users = 0, NULL, toFloat64(revenue) / active_users) AS arpu,
    if(buyers = 0, NULL, toFloat64(revenue) / buyers) AS arppu
FROM staging.user_days
GROUP BY day
ORDER BY day WITH FILL TO assumeNotNull((SELECT last_day + 1 FROM staging.checked)) STEP 1
