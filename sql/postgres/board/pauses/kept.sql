-- Whether the table of pauses is there: the first pause makes it. A row if so; a query of a missing table would be an error.
SELECT 'kept' AS kept
WHERE to_regclass('caravan_jobs.paused_pipeline') IS NOT NULL
