-- Days that people have cancelled, the latest first, after a number of others, of how many, for the board.
SELECT
    job,
    day::text AS day,
    cancelled_by,
    to_char(cancelled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS cancelled_at,
    problem,
    row_number() OVER (ORDER BY job_day.cancelled_at DESC, job_day.day, job) AS number,
    count(*) OVER () AS total
FROM caravan_jobs.job_day
WHERE state = 'cancelled'
ORDER BY number
LIMIT 1000
OFFSET CAST(:#cancelled AS bigint)
