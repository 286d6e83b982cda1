package routes.jobs;

import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import javax.sql.DataSource;

/** Days of jobs for tests of the work itself, without a schedule. */
public final class JobDays {
    private JobDays() {}

    public static JobDay of(String job, LocalDate day, DataSource postgres) throws SQLException {
        return new JobDay(
                job,
                day,
                Instant.now(),
                JobTransaction.take(postgres, job)
                        .orElseThrow(() -> new IllegalStateException(job + " is locked")));
    }

    /** A day that nothing locks, for tests without a server; it cannot be closed. */
    public static JobDay unlocked(String job, LocalDate day) {
        return new JobDay(job, day, Instant.now(), null);
    }
}
