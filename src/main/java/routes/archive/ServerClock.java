package routes.archive;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bson.Document;

/**
 * Conditions on the time that it is in MongoDB when a command is carried out. They hold for a
 * process, too, that was frozen between its own look at a clock and its command.
 */
final class ServerClock {
    private ServerClock() {}

    static Document before(Instant start, Duration passed) {
        return compare("$lt", start.plus(passed));
    }

    static Document after(Instant start, Duration passed) {
        return compare("$gt", start.plus(passed));
    }

    private static Document compare(String operator, Instant moment) {
        return new Document(operator, List.of("$$NOW", Date.from(moment)));
    }
}
