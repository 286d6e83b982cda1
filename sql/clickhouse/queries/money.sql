-- Revenue, conversion, ARPU and ARPPU a day; NULL on a day that was not loaded.
WITH (SELECT groupUniqArray(day) FROM raw.loads WHERE outcome = 'loaded') AS loaded
SELECT
    day,
    if(has(loaded, day), money.active_users, NULL) AS active_users,
    if(has(loaded, day), money.buyers, NULL) AS buyers,
    if(has(loaded, day), money.purchases, NULL) AS purchases,
    if(has(loaded, day), money.revenue, NULL) AS revenue,
    if(has(loaded, day), money.conversion, NULL) AS conversion,
    if(has(loaded, day), money.arpu, NULL) AS arpu,
    if(has(loaded, day), money.arppu, NULL) AS arppu
FROM marts.money
WHERE day BETWEEN {from:Date} AND {to:Date}
ORDER BY day
