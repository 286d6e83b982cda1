package routes.demo;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import org.bson.Document;

/**
 * Users and their events, the same for the same seed, for the archive to sort: users 1 to {@code
 * users}, each with as many events, of whom {@code gone} are to be archived on the day.
 *
 * @param gone a divisor of {@code users}
 */
public record ArchiveSample(LocalDate day, int users, int eventsEach, int gone, long seed) {
    private static final int AT_ONCE = 5_000;
    private static final List<String> TYPES = List.of("login", "purchase", "level_up");
    private static final int LONGEST_DAYS = 400;

    // Just inside of the archive's default limits.
    private static final int REGISTERED_DAYS = 31;
    private static final int INACTIVE_DAYS = 15;
    private static final int ACTIVE_DAYS = 13;

    /** Whether a user is to be archived. */
    public boolean isGone(int user) {
        return user % (users / gone) == 0;
    }

    /**
     * Writes them all into {@code user_events}.
     *
     * @return how many documents; 0 if there were any before, and then nothing is written
     */
    public long write(MongoDatabase database) {
        MongoCollection<Document> events = database.getCollection("user_events");
        if (events.find().first() != null) {
            return 0;
        }
        Random random = new Random(seed);
        List<Document> some = new ArrayList<>();
        for (int user = 1; user <= users; user++) {
            Date registered =
                    daysBefore(random, isGone(user) ? REGISTERED_DAYS + INACTIVE_DAYS : 0);
            for (int event = 0; event < eventsEach; event++) {
                boolean recent = !isGone(user) && event == eventsEach - 1;
                some.add(
                        new Document("user_id", user)
                                .append("event_type", TYPES.get(random.nextInt(TYPES.size())))
                                .append(
                                        "event_time",
                                        recent
                                                ? within(random, 0, ACTIVE_DAYS)
                                                : daysBefore(random, INACTIVE_DAYS))
                                .append(
                                        "user_info",
                                        new Document("email", "user" + user + "@example.org")
                                                .append("registration_date", registered)));
            }
            if (some.size() >= AT_ONCE || user == users) {
                events.insertMany(some);
                some.clear();
            }
        }
        return (long) users * eventsEach;
    }

    private Date daysBefore(Random random, int least) {
        return within(random, least, LONGEST_DAYS);
    }

    private Date within(Random random, int least, int most) {
        Instant begin = day.atStartOfDay(ZoneOffset.UTC).toInstant();
        long span = Duration.ofDays((long) most - least).toMillis();
        return Date.from(begin.minus(Duration.ofDays(least)).minusMillis(random.nextLong(1, span)));
    }
}
