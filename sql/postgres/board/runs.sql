-- The latest tries of jobs' days that ended, for the board.
SELECT
    job,
    day::text AS day,
    succeeded,
    message,
    to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started,
    round(extract(epoch FROM finished_at - started_at)::numeric, 1) AS seconds
FROM caravan_jobs.job_run
ORDER BY id DESC
LIMIT 30
