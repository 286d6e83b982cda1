-- The subscriber's side of the viewing events: the table, with a number for each row as it arrives. Can be run again.

CREATE SCHEMA IF NOT EXISTS raw;

-- No table owns it: TRUNCATE ... RESTART IDENTITY does not set it back. Sessions keep no numbers in stock.
CREATE SEQUENCE IF NOT EXISTS raw.events_arrival CACHE 1;

CREATE TABLE IF NOT EXISTS raw.events (
    event_id INTEGER PRIMARY KEY,
    user_id INTEGER,
    movie_id INTEGER,
    event_type TEXT,
    event_time TIMESTAMP,
    arrival BIGINT NOT NULL DEFAULT nextval('raw.events_arrival')
);

CREATE UNIQUE INDEX IF NOT EXISTS events_by_arrival ON raw.events (arrival);
