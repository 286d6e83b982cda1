package routes.replication;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** Makes up viewing sessions: play, pause, resume, finish. */
public final class SessionGenerator {
    private static final int SESSIONS = 5;
    private static final int USERS = 100;
    private static final int MOVIES = 50;

    private final int speed;
    private final Random random;
    private final Clock clock;

    /**
     * @param speed how many seconds of a session pass in one of the clock's
     */
    SessionGenerator(int speed, Random random, Clock clock) {
        this.speed = speed;
        this.random = random;
        this.clock = clock;
    }

    /**
     * Five sessions of five users that begin now, their events in the order in which they are due.
     *
     * <p>A pause comes 5 to 15 s after the play, the resume 3 to 10 s after the pause, the finish
     * 10 to 30 s after the resume, as the events say. At a speed above 1 they are written sooner
     * one after the other, and the session is set back so that its finish is due when it says: none
     * lies ahead of the clock.
     */
    public List<ViewingEvent> sessions() {
        Instant now = clock.instant();
        List<Integer> users =
                random.ints(1, USERS + 1)
                        .distinct()
                        .limit(SESSIONS)
                        .boxed()
                        .collect(Collectors.toList());
        List<ViewingEvent> events = new ArrayList<>();
        for (int user : users) {
            int movie = 1 + random.nextInt(MOVIES);
            long pause = millis(5, 15);
            long resume = pause + millis(3, 10);
            long finish = resume + millis(10, 30);
            Instant begin = now.minusMillis(finish - finish / speed);
            events.add(event(user, movie, "play", begin, now, 0));
            events.add(event(user, movie, "pause", begin, now, pause));
            events.add(event(user, movie, "resume", begin, now, resume));
            events.add(event(user, movie, "finish", begin, now, finish));
        }
        events.sort(Comparator.comparing(ViewingEvent::due));
        return events;
    }

    private long millis(int leastSeconds, int mostSeconds) {
        return leastSeconds * 1_000L + random.nextInt((mostSeconds - leastSeconds) * 1_000 + 1);
    }

    private ViewingEvent event(
            int user, int movie, String type, Instant begin, Instant now, long millis) {
        return new ViewingEvent(
                user, movie, type, begin.plusMillis(millis), now.plusMillis(millis / speed));
    }

    /** How long it is until an event is due, in ms; 0 if it is late. */
    public long millisUntil(ViewingEvent event) {
        return Math.max(0, Duration.between(clock.instant(), event.due()).toMillis());
    }
}
