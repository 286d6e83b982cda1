-- Days that jobs have not done, the oldest first, after a number of others, of how many, for the board.
SELECT
    job,
    day::text AS day,
    attempts,
    problem,
    to_char(due_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS due_since,
    row_number() OVER (ORDER BY job_day.day, job) AS number,
    count(*) OVER () AS total
FROM caravan_jobs.job_day
WHERE state = 'due'
ORDER BY number
LIMIT 1000
OFFSET CAST(:#due AS bigint)
