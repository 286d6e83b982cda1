package routes.audit;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Services;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.jobs.JobDay;
import routes.jobs.JobDays;
import routes.settings.Settings;
import routes.storage.Destination;

/** The trail and its file, on the embedded Postgres. */
class AuditIT {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 29);

    @TempDir private Path exports;

    @Test
    void day_becomesAFileOfItsChanges_andAgain_inPlaceOfTheOldOne() throws Exception {
        JdbcTemplate postgres = Services.running().postgres();
        DataSource dataSource = postgres.getDataSource();
        Settings settings = Settings.load(Map.of("CARAVAN_AUDIT_DESTINATION", exports.toString()));
        Audit audit =
                new Audit(dataSource, Destination.of(settings, "caravan.audit.destination", null));
        audit.prepare();
        AuditRows.write(postgres, DAY);
        Path file = exports.resolve(Audit.fileName(DAY));
        try (JobDay day = JobDays.of("audit", DAY, dataSource)) {
            AuditRows.export(audit, day);
            assertThat(Files.readString(file)).isEqualTo(AuditRows.file(DAY));

            Files.writeString(file, "an older and longer file\n".repeat(1_000));
            AuditRows.export(audit, day);
            assertThat(Files.readString(file)).isEqualTo(AuditRows.file(DAY));
            try (var files = Files.list(exports)) {
                assertThat(files).as("no temporary file stays").containsExactly(file);
            }
        }
        try (JobDay empty = JobDays.of("audit", DAY.minusYears(1), dataSource)) {
            AuditRows.export(audit, empty);
            assertThat(exports.resolve(Audit.fileName(DAY.minusYears(1))))
                    .content()
                    .isEqualTo(AuditRows.file(DAY).lines().findFirst().orElseThrow() + "\n");
        }
    }
}
