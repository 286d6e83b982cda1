-- The day is done.
INSERT INTO caravan_jobs.job_day (job, day, state, attempts)
VALUES (:job, :day::date, 'done', 1)
ON CONFLICT (job, day) DO UPDATE SET state = 'done', attempts = job_day.attempts + 1, problem = NULL
