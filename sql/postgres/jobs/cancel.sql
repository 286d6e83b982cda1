-- A day that is due is not tried again before somebody asks for it.
UPDATE caravan_jobs.job_day
SET state = 'cancelled', cancelled_by = :#user, cancelled_at = now()
WHERE job = :#job AND day = CAST(:#day AS date) AND state = 'due'
RETURNING day::text
