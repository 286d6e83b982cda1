-- What the sessions are built from and into, and what readers see; made at each start, where viewing_events is there.

CREATE DATABASE IF NOT EXISTS staging;
CREATE DATABASE IF NOT EXISTS marts;
DROP VIEW IF EXISTS staging.viewing_history;

-- The viewing events of the last 7 days, typed, without those that no session can be made of.
-- grain: an event
CREATE OR REPLACE VIEW staging.viewing_events AS
SELECT
    event_id,
    assumeNotNull(e.user_id) AS user_id,
    assumeNotNull(e.movie_id) AS movie_id,
    assumeNotNull(toString(e.event_type)) AS event_type,
    assumeNotNull(e.event_time) AS event_time
FROM viewing_events AS e
WHERE e.event_time >= now64(6, 'UTC') - INTERVAL 7 DAY
    AND isNotNull(e.user_id)
    AND isNotNull(e.movie_id)
    AND ifNull(e.event_type, '') IN ('play', 'pause', 'resume', 'finish');

-- The events that no session can be made of, each with the reason, so that a bad one keeps no other out.
-- grain: an event
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

CREATE TABLE IF NOT EXISTS marts.viewing_sessions_versions (
    session_id Int32,
    user_id Int32,
    movie_id Int32,
    started DateTime64(6, 'UTC'),
    finished Nullable(DateTime64(6, 'UTC')),
    watched_seconds Float64,
    completed Bool,
    built_at DateTime64(6, 'UTC') DEFAULT now64(6)
) ENGINE = ReplacingMergeTree(built_at)
ORDER BY session_id;

-- grain: a session; a later version of it takes the place of the one before
CREATE OR REPLACE VIEW marts.viewing_sessions AS
SELECT session_id, user_id, movie_id, started, finished, watched_seconds, completed
FROM marts.viewing_sessions_versions FINAL;

-- The events that have arrived since the sessions were last built, and some that had arrived shortly before: an insert is
-- seen a little later than its time says. A server that was restarted does not know when it built them: then those of 7
-- days, or more where the sessions are older.
CREATE OR REPLACE VIEW staging.viewing_arrivals AS
WITH
    (
        SELECT min(last_success_time - toIntervalMillisecond(last_success_duration_ms))
        FROM system.view_refreshes
        WHERE database = 'marts' AND view = 'viewing_sessions_refresh'
    ) AS built,
    (
        SELECT least(now64(3) - INTERVAL 7 DAY, max(built_at))
        FROM marts.viewing_sessions_versions
        WHERE isNull(built)
    ) AS unknown
SELECT user_id, movie_id, event_id
FROM viewing_history
WHERE arrived_at >= ifNull(built, unknown) - INTERVAL 10 MINUTE;
