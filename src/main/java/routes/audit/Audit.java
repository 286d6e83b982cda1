package routes.audit;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Variable;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyInputStream;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.jobs.JobDay;
import routes.jobs.Migrations;
import routes.jobs.Work;
import routes.pipeline.Amount;
import routes.pipeline.Look;
import routes.pipeline.Rights;
import routes.settings.SettingsException;
import routes.sql.SqlFile;
import routes.storage.Destination;

/** The trail of changes to users, and the files that it becomes. */
public final class Audit implements Work {
    private static final String SQL = "classpath:sql/postgres/audit/";

    private final DataSource postgres;
    private final Destination destination;

    public Audit(DataSource postgres, Destination destination) {
        this.postgres = postgres;
        this.destination = destination;
    }

    @Override
    public String name() {
        return "audit";
    }

    @Override
    public int daysBack() {
        return 1;
    }

    @Override
    public void addTo(CamelContext context) throws Exception {
        context.getRegistry().bind(name(), this);
        destination.addTo(context);
        context.addRoutes(new AuditRoute(destination));
    }

    /**
     * Makes sure of the tables, the trigger and the export, and of pg_cron's own job where the
     * extension is installed. Can be run again.
     *
     * @throws SettingsException when the account lacks a privilege
     */
    @Override
    public void prepare() {
        Migrations.run(postgres, "audit");
        new JdbcTemplate(postgres).execute(SqlFile.text(SQL + "pg_cron.sql"));
    }

    @Override
    public List<Look> looks() {
        return List.of(
                new Look(
                        "job audit, schema caravan_jobs",
                        "postgres",
                        () -> Migrations.check(postgres, name())),
                new Look(
                        "job audit, users and users_audit",
                        "postgres",
                        () ->
                                Rights.require(
                                        postgres, "caravan.postgres.user", "audit/rights.sql")));
    }

    /** The name of a day's file. */
    public String fileName(@Body JobDay day) {
        return fileName(day.day());
    }

    static String fileName(LocalDate day) {
        return "users_audit_export_" + day + ".csv";
    }

    /**
     * A day's rows as Postgres writes them, as they come; whoever reads them closes them.
     *
     * <p>COPY is what pg_cron's export runs too: it tells NULL from empty text, and writes the same
     * bytes.
     */
    public InputStream rows(@Body JobDay day) throws SQLException {
        Connection connection = postgres.getConnection();
        try {
            return new PGCopyInputStream(connection.unwrap(PGConnection.class), sql(day.day())) {
                @Override
                public void close() throws IOException {
                    try (connection) {
                        if (!connection.isClosed()) {
                            day.outcome(Amount.of(getHandledRowCount(), "row"));
                        }
                        super.close();
                    } catch (SQLException e) {
                        throw new IOException("Postgres did not give all audit rows", e);
                    }
                }
            };
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Says where the day's file is. */
    public void exported(@Variable("day") JobDay day, @Body String place) {
        day.outcome(day.outcome() + " in " + place);
    }

    /** COPY takes no parameters; a date's own text is all that is put in. */
    private static String sql(LocalDate day) {
        return SqlFile.text(SQL + "export.sql").replace("{day}", day.toString());
    }
}
