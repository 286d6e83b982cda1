-- Days that jobs have not done, the oldest first, of how many, for the board.
SELECT
    job,
    day::text AS day,
    attempts,
    problem,
    to_char(due_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS due_since,
    count(*) OVER () AS total
FROM caravan_jobs.job_day
WHERE state = 'due'
ORDER BY day, job
LIMIT 1000
