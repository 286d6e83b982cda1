-- Who has watched which film, from when to when: a session begins with a play, and holds what the same user does with the
-- same film up to the finish, or up to the next play.
--
-- watched_seconds counts the time from each play and resume to the session's next event: no pauses, and nothing after the
-- last event, since nobody knows of it. So:
--   two films at the same time   two sessions, each by its own events
--   a pause without a resume     what comes after the pause is not counted; with a finish, the session is completed
--   no finish                    finished is NULL, completed is false; counted up to the last event
--   two plays in a row           the first session ends unfinished, with what it had; the second goes on by itself
--   two pauses, or two resumes   the second changes nothing
--   anything before a play, or after the finish and before the next play: belongs to no session
-- Events of one moment are taken by event_id.
--
-- Computed for each user and film of which an event has arrived since the last time, from all of their events, however old;
-- nothing is ever removed.
--
-- grain: a session
-- keys: session_id, the event_id of its play
-- appends: EVERY 1 MINUTE
WITH
    numbered AS (
        SELECT
            user_id,
            movie_id,
            event_time,
            event_id,
            event_type,
            countIf(event_type = 'play') OVER (
                PARTITION BY user_id, movie_id
                ORDER BY event_time, event_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS nth
        FROM viewing_history FINAL
        WHERE (user_id, movie_id) IN (SELECT user_id, movie_id FROM staging.viewing_arrivals)
    ),
    grouped AS (
        SELECT
            user_id,
            movie_id,
            arraySort(groupArray((event_time, event_id, event_type))) AS events,
            arrayFirstIndex(event -> event.3 = 'finish', events) AS finish_at,
            if(finish_at = 0, events, arraySlice(events, 1, finish_at)) AS own
        FROM numbered
        WHERE nth > 0
        GROUP BY user_id, movie_id, nth
    )
SELECT
    own[1].2 AS session_id,
    user_id,
    movie_id,
    own[1].1 AS started,
    if(finish_at = 0, NULL, own[-1].1) AS finished,
    arraySum(
        arrayMap(
            (event, next) -> if(event.3 IN ('play', 'resume'), dateDiff('microsecond', event.1, next.1), 0),
            arrayPopBack(own),
            arrayPopFront(own))) / 1e6 AS watched_seconds,
    finish_at > 0 AS completed
FROM grouped
