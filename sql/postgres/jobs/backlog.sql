-- Days that are due, and how long the oldest has been, in seconds.
SELECT count(*) AS days, coalesce(extract(epoch FROM now() - min(due_since)), 0) AS seconds
FROM caravan_jobs.job_day
WHERE job = :#job AND state = 'due'
