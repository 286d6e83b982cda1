-- Daily, weekly and monthly active users a day, and how these compare; NULL on a day that was not loaded, and where the 7 or
-- 30 days began before the first loaded day.
WITH
    (SELECT groupUniqArray(day) FROM raw.loads WHERE outcome = 'loaded') AS loaded,
    arrayMin(loaded) AS first_day
SELECT
    day,
    if(has(loaded, day), activity.dau, NULL) AS dau,
    if(has(loaded, day) AND day >= first_day + 6, activity.wau, NULL) AS wau,
    if(has(loaded, day) AND day >= first_day + 29, activity.mau, NULL) AS mau,
    if(wau IS NULL, NULL, activity.dau_per_wau) AS dau_per_wau,
    if(mau IS NULL, NULL, activity.dau_per_mau) AS dau_per_mau,
    if(mau IS NULL, NULL, activity.wau_per_mau) AS wau_per_mau
FROM marts.activity
WHERE day BETWEEN {from:Date} AND {to:Date}
ORDER BY day
