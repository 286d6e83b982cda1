-- What the scheduled jobs have to do and have done, a row a job and day.
CREATE TABLE job_day (
    job text NOT NULL,
    day date NOT NULL,
    -- Whether the schedule has fired for this day, or somebody asked for it.
    scheduled boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done')),
    due_since timestamptz NOT NULL DEFAULT now(),
    not_before timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    problem text,
    PRIMARY KEY (job, day)
);

CREATE INDEX job_day_due ON job_day (job, day) WHERE state = 'due';

-- Every try of a job's day that ended, well or not; a try that was killed has no row.
CREATE TABLE job_run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job text NOT NULL,
    day date NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT now(),
    succeeded boolean NOT NULL,
    message text NOT NULL
);

CREATE INDEX job_run_latest ON job_run (job, id DESC);
