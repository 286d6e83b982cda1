-- How each pipeline did in every five minutes of the last eight days: rows a second, and how much waited; runtimes add up.
SELECT
    minutes AS time,
    pipeline,
    round(sum(moved) / 300, 1) AS rows_per_second,
    if(any(shared), max(waiting), sum(waiting)) AS most_waiting
FROM
(
    SELECT
        toStartOfInterval(pipeline_history.time, INTERVAL 5 MINUTE) AS minutes,
        runtime,
        pipeline,
        any(shared) AS shared,
        sum(moved) AS moved,
        max(waiting) AS waiting
    FROM pipeline_history
    WHERE toDate(pipeline_history.time) BETWEEN {from:Date} AND {to:Date}
    GROUP BY minutes, runtime, pipeline
)
GROUP BY minutes, pipeline
ORDER BY minutes, pipeline
LIMIT 50000
