-- Days without a daily file, between the first day and the last that were loaded: the marts know nothing of them.
SELECT toDate(arrayJoin(range(toUInt32(first_day), toUInt32(last_day) + 1))) AS day
FROM (
    SELECT greatest(min(loads.day), {from:Date}) AS first_day, least(max(loads.day), {to:Date}) AS last_day
    FROM raw.loads AS loads
    WHERE outcome = 'loaded'
    HAVING count() > 0
)
WHERE day NOT IN (SELECT loads.day FROM raw.loads AS loads WHERE outcome = 'loaded')
ORDER BY day
