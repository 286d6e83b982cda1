-- How far each pipeline has sent the rows of a replicated table, and which ones it has not, on the server that the table is on.

CREATE TABLE IF NOT EXISTS caravan_arrivals.position (
    pipeline text PRIMARY KEY,
    -- The table that the position is one in: one that was made anew counts from the beginning again.
    relation oid NOT NULL,
    arrival bigint NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL DEFAULT now()
);

-- Rows that a position has passed without sending them. Each comes with the position, in one transaction.
CREATE TABLE IF NOT EXISTS caravan_arrivals.skipped (
    pipeline text NOT NULL,
    -- The table that the number is one in.
    relation oid NOT NULL,
    arrival bigint NOT NULL,
    key text NOT NULL,
    -- Of the row's JSON, or of its texts alone.
    bytes bigint NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    -- To be sent with the next poll.
    released boolean NOT NULL DEFAULT FALSE,
    PRIMARY KEY (pipeline, arrival)
);
