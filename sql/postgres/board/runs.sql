-- The latest tries of jobs' days that began on some days (in UTC) and ended, for the board: those before a number, each with
-- its place among all of them, and how many there are.
SELECT *
FROM (
    SELECT
        id,
        job,
        day::text AS day,
        succeeded,
        refused,
        message,
        to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started,
        round(extract(epoch FROM finished_at - started_at)::numeric, 1) AS seconds,
        row_number() OVER (ORDER BY id DESC) AS number,
        count(*) OVER () AS total
    FROM caravan_jobs.job_run
    WHERE started_at >= CAST(:#from AS timestamp) AT TIME ZONE 'UTC'
        AND started_at < (CAST(:#to AS timestamp) + interval '1 day') AT TIME ZONE 'UTC'
) AS run
WHERE id < CAST(:#runs AS bigint)
ORDER BY id DESC
LIMIT 300
