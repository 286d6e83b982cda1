-- The days up to :#day that the job has not been given yet, at most :#most days back; its first day ever is :#day.
INSERT INTO caravan_jobs.job_day (job, day, scheduled)
SELECT CAST(:#job AS text), due::date, true
FROM generate_series(
    greatest(
        coalesce(
            (SELECT max(day) + 1 FROM caravan_jobs.job_day WHERE job = :#job AND scheduled),
            CAST(:#day AS date)),
        CAST(:#day AS date) - CAST(:#most AS integer)),
    CAST(:#day AS date),
    interval '1 day') AS due
ON CONFLICT (job, day) DO UPDATE SET scheduled = true WHERE NOT job_day.scheduled
