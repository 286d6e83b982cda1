-- Something that a user does with a film.
INSERT INTO raw.events (user_id, movie_id, event_type, event_time)
VALUES (:#${body.user}, :#${body.movie}, :#${body.type}, :#${body.time})
