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
}
