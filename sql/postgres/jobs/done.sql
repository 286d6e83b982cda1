-- The day is done, unless somebody asked for it again meanwhile, and the try of it has ended. now() is when the transaction
-- began, which holds the job.
WITH done AS (
    INSERT INTO caravan_jobs.job_day (job, day, state, attempts)
    VALUES (:#job, CAST(:#day AS date), 'done', 1)
    ON CONFLICT (job, day) DO UPDATE SET state = 'done', attempts = job_day.attempts + 1, problem = NULL
    WHERE job_day.due_since <= now()
)
INSERT INTO caravan_jobs.job_run (job, day, started_at, finished_at, succeeded, message)
VALUES (:#job, CAST(:#day AS date), CAST(:#started AS timestamptz), clock_timestamp(), true, :#message)
