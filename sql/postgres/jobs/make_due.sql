-- The days up to :day that the job has not been given yet, at most :most days back; its first day ever is :day.
INSERT INTO caravan.job_day (job, day)
SELECT :job, day::date
FROM generate_series(
    greatest(
        coalesce((SELECT max(day) + 1 FROM caravan.job_day WHERE job = :job), :day::date),
        :day::date - :most::integer),
    :day::date,
    interval '1 day') AS day
ON CONFLICT (job, day) DO NOTHING
