-- Completed tasks by task, and the share of them that succeeded; the hardest first.
SELECT
    task_id,
    sum(learning_tasks.tasks) AS tasks,
    sum(learning_tasks.successes) AS successes,
    successes / tasks AS success_share
FROM marts.learning_tasks
WHERE day BETWEEN {from:Date} AND {to:Date}
GROUP BY task_id
ORDER BY success_share, task_id
