-- The latest tries of jobs' days that began on some days (in UTC) and ended, of how many, for the board.
SELECT
    job,
    day::text AS day,
    succeeded,
    refused,
    message,
    to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started,
    round(extract(epoch FROM finished_at - started_at)::numeric, 1) AS seconds,
    count(*) OVER () AS total
FROM caravan_jobs.job_run
WHERE started_at >= CAST(:#from AS timestamp) AT TIME ZONE 'UTC'
    AND started_at < (CAST(:#to AS timestamp) + interval '1 day') AT TIME ZONE 'UTC'
ORDER BY id DESC
LIMIT 300
