-- Ends a pause in all runtimes; the answer is who had paused the pipeline, if somebody had.
DELETE FROM caravan_jobs.paused_pipeline
WHERE pipeline = :#pipeline
RETURNING paused_by
