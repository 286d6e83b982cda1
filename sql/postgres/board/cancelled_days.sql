-- Days that people have cancelled, the latest first, of how many, for the board.
SELECT
    job,
    day::text AS day,
    cancelled_by,
    to_char(cancelled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS cancelled_at,
    problem,
    count(*) OVER () AS total
FROM caravan_jobs.job_day
WHERE state = 'cancelled'
ORDER BY cancelled_at DESC, day, job
LIMIT 1000
