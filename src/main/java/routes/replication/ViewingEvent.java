package routes.replication;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Something that a user does with a film.
 *
 * @param user 1 to 100
 * @param movie 1 to 50
 * @param type play, pause, resume or finish
 * @param at when, as the event says
 * @param due when it is to be written
 */
public record ViewingEvent(int user, int movie, String type, Instant at, Instant due) {
    /** When, in UTC, as Postgres's type without a time zone takes it. */
    public LocalDateTime time() {
        return LocalDateTime.ofInstant(at, ZoneOffset.UTC);
    }
}
