-- Makes a day due, whether it has been done, cancelled, or neither.
INSERT INTO caravan_jobs.job_day (job, day)
VALUES (:#job, CAST(:#day AS date))
ON CONFLICT (job, day) DO UPDATE SET
    state = 'due', not_before = now(), due_since = now(), attempts = 0, problem = NULL,
    cancelled_by = NULL, cancelled_at = NULL
