package routes.archive;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.jobs.JobDay;
import routes.pipeline.Amount;

/** One run of a day: its limits, and what it has done so far. For one thread at a time. */
public final class ArchiveRun {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveRun.class);

    private final JobDay day;
    private final Date newSince;
    private final Date activeSince;
    private long users;
    private long documents;
    private long unclearUsers;
    private long unclearDocuments;
    private String unclearExample;
    private long dayUsers;
    private String report;

    ArchiveRun(JobDay day, ArchiveSettings settings) {
        this.day = day;
        Instant begin = day.day().atStartOfDay(ZoneOffset.UTC).toInstant();
        newSince = Date.from(begin.minus(settings.registered()));
        activeSince = Date.from(begin.minus(settings.inactive()));
    }

    JobDay day() {
        return day;
    }

    /** Who registered then or later is new. */
    Date newSince() {
        return newSince;
    }

    /** Who has an event then or later is active. */
    Date activeSince() {
        return activeSince;
    }

    /** A user whose documents do not tell whether to archive them stays. */
    void unclear(Object user, long itsUnclearDocuments) {
        unclearUsers++;
        unclearDocuments += itsUnclearDocuments;
        if (unclearExample == null) {
            unclearExample = String.valueOf(user);
        }
    }

    /** All users have been looked at. */
    void found() {
        if (unclearUsers > 0) {
            LOG.warn(
                    "job=archive event=unclear day={} users={} documents={} example=\"{}\""
                            + " reason=\"user_id is missing, or event_time or"
                            + " user_info.registration_date is no date: these users stay in"
                            + " user_events until their documents are mended\"",
                    day.day(),
                    unclearUsers,
                    unclearDocuments,
                    unclearExample);
        }
    }

    void moved(long moreUsers, long moreDocuments) {
        users += moreUsers;
        documents += moreDocuments;
    }

    /** Users whom this run has archived so far. */
    public long users() {
        return users;
    }

    /** Their documents. */
    public long documents() {
        return documents;
    }

    void reported(long total, String place) {
        dayUsers = total;
        report = place;
    }

    /** Users archived on the day, by this run and earlier ones, once it is reported. */
    public long dayUsers() {
        return dayUsers;
    }

    /** Where the report is, once it is written. */
    public String report() {
        return report;
    }

    @Override
    public String toString() {
        return Amount.of(users, "user")
                + " with "
                + Amount.of(documents, "document")
                + " archived, "
                + Amount.of(dayUsers, "user")
                + " in all on this day, reported in "
                + report
                + (unclearUsers == 0
                        ? ""
                        : "; "
                                + Amount.of(unclearUsers, "user")
                                + (unclearUsers == 1 ? " stays" : " stay")
                                + " because a date of theirs is missing or invalid");
    }
}
