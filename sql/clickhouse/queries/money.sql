-- Revenue, conversion, ARPU and ARPPU a day.
SELECT day, active_users, buyers, purchases, revenue, conversion, arpu, arppu
FROM marts.money
WHERE day BETWEEN {from:Date} AND {to:Date}
ORDER BY day
