-- Completed tasks a day, and the share of them that succeeded.
SELECT day, tasks, successes, success_share
FROM marts.learning
WHERE day BETWEEN {from:Date} AND {to:Date}
ORDER BY day
