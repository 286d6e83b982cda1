-- Which pipelines are paused, by whom and since when: each runtime looks every two seconds.
SELECT pipeline, since, paused_by
FROM caravan_jobs.paused_pipeline
