-- The days up to :day that the job has not been given yet, at most :most days back; its first day ever is :day.
INSERT INTO caravan_jobs.job_day (job, day, scheduled)
SELECT :job, day::date, true
FROM generate_series(
    greatest(
        coalesce((SELECT max(day) + 1 FROM caravan_jobs.job_day WHERE job = :job AND scheduled), :day::date),
        :day::date - :most::integer),
    :day::date,
    interval '1 day') AS day
ON CONFLICT (job, day) DO UPDATE SET scheduled = true WHERE NOT job_day.scheduled
