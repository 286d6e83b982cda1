-- The earliest day that is due and may be tried now.
SELECT day::text
FROM caravan_jobs.job_day
WHERE job = :#job AND state = 'due' AND not_before <= now()
ORDER BY day
LIMIT 1
