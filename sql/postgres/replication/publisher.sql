-- The publisher's side of the viewing events: the table, who may copy it, and its publication. Can be run again.

CREATE SCHEMA IF NOT EXISTS raw;

CREATE TABLE IF NOT EXISTS raw.events (
    event_id SERIAL PRIMARY KEY,
    user_id INTEGER,
    movie_id INTEGER,
    event_type TEXT,
    event_time TIMESTAMP
);

-- The account that the subscription logs in with: it may replicate and read this table. Give it a password.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'caravan_replication') THEN
        CREATE ROLE caravan_replication LOGIN REPLICATION;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA raw TO caravan_replication;

GRANT SELECT ON raw.events TO caravan_replication;

-- Events happen and are over: a row that is changed or deleted here stays as it was in the subscriber and behind it.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'viewing_events') THEN
        CREATE PUBLICATION viewing_events FOR TABLE raw.events WITH (publish = 'insert');
    END IF;
END
$$;
