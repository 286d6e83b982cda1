-- How far each pipeline has sent the rows of a replicated table, on the server that the table is on.

CREATE SCHEMA IF NOT EXISTS caravan_arrivals;

CREATE TABLE IF NOT EXISTS caravan_arrivals.position (
    pipeline text PRIMARY KEY,
    -- The table that the position is one in: one that was made anew counts from the beginning again.
    relation oid NOT NULL,
    arrival bigint NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL DEFAULT now()
);
