-- Pipelines that people keep from their work, in all runtimes: outbox-NAME, sink-NAME, or a stream. Resumed, it has no row.
CREATE TABLE paused_pipeline (
    pipeline text PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    paused_by text NOT NULL
);
