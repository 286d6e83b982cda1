-- Completed tasks a day, and the share of them that succeeded; NULL on a day that was not loaded.
WITH (SELECT groupUniqArray(day) FROM raw.loads WHERE outcome = 'loaded') AS loaded
SELECT
    day,
    if(has(loaded, day), learning.tasks, NULL) AS tasks,
    if(has(loaded, day), learning.successes, NULL) AS successes,
    if(has(loaded, day), learning.success_share, NULL) AS success_share
FROM marts.learning
WHERE day BETWEEN {from:Date} AND {to:Date}
ORDER BY day
