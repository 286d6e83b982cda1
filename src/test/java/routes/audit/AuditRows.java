package routes.audit;

import java.time.LocalDate;
import org.apache.camel.impl.DefaultCamelContext;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.jobs.JobDay;

/** Changes to users with everything that a CSV file must survive, and the file that they make. */
final class AuditRows {
    private AuditRows() {}

    /** Empties both tables, then changes two users on the day, and one just before and after it. */
    static void write(JdbcTemplate postgres, LocalDate day) {
        postgres.execute("TRUNCATE users, users_audit RESTART IDENTITY");
        postgres.update(
                "INSERT INTO users (name, email, role) VALUES (?, ?, NULL), ('bob', NULL, 'admin')",
                "Anna \"the\" one, two\nlines",
                "anna@example.org");
        postgres.update("UPDATE users SET name = 'Анна 😀', role = 'reader' WHERE id = 1");
        postgres.update("UPDATE users SET email = '' WHERE id = 2");
        postgres.update("UPDATE users SET email = NULL, role = 'admin' WHERE id = 2");
        postgres.update("UPDATE users SET name = name, email = email, role = role");
        postgres.update("UPDATE users SET updated_at = now()");
        postgres.update(
                "UPDATE users_audit SET changed_by = 'clerk', changed_at = (?::date + interval '12"
                        + " hours' + id * interval '1.000001 seconds') AT TIME ZONE 'UTC'",
                day);
        postgres.update(
                "INSERT INTO users_audit (user_id, changed_at, changed_by, field_changed) VALUES"
                        + " (1, ?::timestamptz - interval '1 microsecond', 'clerk', 'before'),"
                        + " (1, ?::timestamptz + interval '1 day', 'clerk', 'after'),"
                        + " (1, ?::timestamptz, 'clerk', 'first')",
                day + " 00:00:00Z",
                day + " 00:00:00Z",
                day + " 00:00:00Z");
    }

    /** What the day's file holds then: NULL is nothing, empty text is a pair of quotes. */
    static String file(LocalDate day) {
        return """
        id,user_id,changed_at,changed_by,field_changed,old_value,new_value
        1,1,DAYT12:00:01.000001Z,clerk,name,"Anna ""the"" one, two
        lines",Анна 😀
        2,1,DAYT12:00:02.000002Z,clerk,role,,reader
        3,2,DAYT12:00:03.000003Z,clerk,email,,""
        4,2,DAYT12:00:04.000004Z,clerk,email,"",
        7,1,DAYT00:00:00.000000Z,clerk,first,,
        """
                .replace("DAY", day.toString());
    }

    /** Runs the job's route on a day. */
    static void export(Audit audit, JobDay day) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            audit.addTo(context);
            context.start();
            context.createProducerTemplate().sendBody("direct:audit", day);
        }
    }
}
