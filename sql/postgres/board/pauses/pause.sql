-- Pauses a pipeline in all runtimes. The answer is the pause that holds: this one, or one from before; none if another
-- came in between.
WITH written AS (
    INSERT INTO caravan_jobs.paused_pipeline (pipeline, paused_by)
    VALUES (:#pipeline, :#user)
    ON CONFLICT (pipeline) DO NOTHING
    RETURNING pipeline, since, paused_by
)
SELECT pipeline, since, paused_by, true AS written
FROM written
UNION ALL
SELECT pipeline, since, paused_by, false AS written
FROM caravan_jobs.paused_pipeline
WHERE pipeline = :#pipeline
