-- The day stays due, and is tried again after :seconds.
UPDATE caravan_jobs.job_day
SET not_before = now() + :seconds * interval '1 second', attempts = attempts + 1, problem = :problem
WHERE job = :job AND day = :day::date
