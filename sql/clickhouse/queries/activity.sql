-- Daily, weekly and monthly active users a day, and how these compare.
SELECT day, dau, wau, mau, dau_per_wau, dau_per_mau, wau_per_mau
FROM marts.activity
WHERE day BETWEEN {from:Date} AND {to:Date}
ORDER BY day
