-- A try that ended.
INSERT INTO caravan_jobs.job_run (job, day, started_at, succeeded, message)
VALUES (:job, :day::date, :started, :succeeded, :message)
