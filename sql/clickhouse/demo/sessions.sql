-- The completed viewing sessions of plays from one event to another, the latest first.
SELECT
    user_id,
    movie_id,
    toString(toDateTime(started)) AS started,
    toString(toDateTime(finished)) AS finished,
    round(watched_seconds, 1) AS seconds
FROM marts.viewing_sessions
WHERE session_id > {after:Int32} AND session_id <= {last:Int32} AND completed
ORDER BY session_id DESC
