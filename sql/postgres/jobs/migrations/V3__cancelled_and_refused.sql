-- A day that somebody has cancelled stays known, so that the schedule does not make it due again.
ALTER TABLE job_day
    DROP CONSTRAINT job_day_state_check,
    ADD CONSTRAINT job_day_state_check CHECK (state IN ('due', 'done', 'cancelled')),
    ADD COLUMN cancelled_by text,
    ADD COLUMN cancelled_at timestamptz;

-- A day that somebody asked for and that can never be done is listed among the runs.
ALTER TABLE job_run ADD COLUMN refused boolean NOT NULL DEFAULT false;
