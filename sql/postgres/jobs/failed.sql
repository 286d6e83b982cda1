-- The day stays due, and is tried again after :#seconds; the try of it is listed, unless it only waits.
WITH later AS (
    UPDATE caravan_jobs.job_day
    SET
        not_before = now() + CAST(:#seconds AS integer) * interval '1 second',
        attempts = attempts + 1,
        problem = :#message
    WHERE job = :#job AND day = CAST(:#day AS date) AND state = 'due'
)
INSERT INTO caravan_jobs.job_run (job, day, started_at, succeeded, message)
SELECT CAST(:#job AS text), CAST(:#day AS date), CAST(:#started AS timestamptz), false, :#message
WHERE NOT CAST(:#waits AS boolean)
