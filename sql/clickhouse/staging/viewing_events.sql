-- The viewing events, typed, without those that no session can be made of: staging.viewing_history has all of them,
-- staging.viewing_events those of the last 7 days, staging.viewing_events_left_out the others, with the reason.
-- grain: an event
-- keys: event_id

CREATE DATABASE IF NOT EXISTS staging;

CREATE OR REPLACE VIEW staging.viewing_history AS
SELECT
    e.event_id AS event_id,
    assumeNotNull(e.user_id) AS user_id,
    assumeNotNull(e.movie_id) AS movie_id,
    assumeNotNull(toString(e.event_type)) AS event_type,
    assumeNotNull(e.event_time) AS event_time,
    e.arrived_at AS arrived_at
FROM viewing_events AS e
WHERE isNotNull(e.user_id)
    AND isNotNull(e.movie_id)
    AND isNotNull(e.event_time)
    AND ifNull(e.event_type, '') IN ('play', 'pause', 'resume', 'finish');

-- Each event by itself, so that a bad one keeps no other out.
CREATE OR REPLACE VIEW staging.viewing_events_left_out AS
SELECT
    event_id,
    multiIf(
        isNull(movie_id), 'movie_id is null',
        isNull(user_id), 'user_id is null',
        isNull(event_time), 'event_time is null',
        'event_type is none of play, pause, resume, finish') AS reason,
    user_id,
    movie_id,
    event_type,
    event_time,
    arrived_at
FROM viewing_events
WHERE isNull(user_id)
    OR isNull(movie_id)
    OR isNull(event_time)
    OR ifNull(event_type, '') NOT IN ('play', 'pause', 'resume', 'finish');

-- Taken anew as a whole, and swapped in at once. The check that an event_id stands once (that it is not null, the table
-- itself sees to) fails the refresh: then the former rows stay, the mart is not built, and system.view_refreshes says why.
CREATE MATERIALIZED VIEW IF NOT EXISTS staging.viewing_events
REFRESH EVERY 1 MINUTE
SETTINGS refresh_retries = 0
ENGINE = MergeTree
ORDER BY (user_id, movie_id, event_time, event_id)
EMPTY
COMMENT 'viewing: {definition}'
AS
SELECT event_id, user_id, movie_id, event_type, event_time
FROM staging.viewing_history
WHERE event_time >= now64(6, 'UTC') - INTERVAL 7 DAY
    AND throwIf(
        (
            SELECT count() > uniqExact(event_id)
            FROM staging.viewing_history
            WHERE event_time >= now64(6, 'UTC') - INTERVAL 7 DAY
        ),
        'check of staging.viewing_events failed: an event_id stands twice in viewing_events') = 0;
