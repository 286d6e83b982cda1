-- A day that somebody asked for: refused, or tried by hand without success. It is listed among the runs.
INSERT INTO caravan_jobs.job_run (job, day, started_at, finished_at, succeeded, refused, message)
VALUES (
    :#job, CAST(:#day AS date), CAST(:#started AS timestamptz), clock_timestamp(), false, CAST(:#refused AS boolean), :#message)
