-- Rows that the outboxes leave alone until somebody lets them go, on the server that their table is on.

CREATE TABLE IF NOT EXISTS caravan_outbox.skipped (
    pipeline text NOT NULL,
    key text NOT NULL,
    -- Of the row's JSON, or of its texts alone; NULL where the row was not skipped for its size.
    bytes bigint,
    reason text NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);

-- A key can be longer than an index takes.
CREATE UNIQUE INDEX IF NOT EXISTS skipped_once ON caravan_outbox.skipped (pipeline, md5(key));
