package routes.sql;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Set;
import org.postgresql.util.PSQLException;

/**
 * Keeps a connection whose server has refused a statement.
 *
 * <p>The pool takes SQL states of class 08 for a broken connection, and closes it under whoever
 * works on it. But a subscriber says 08006 and 08P01, too, of its publisher: that it cannot be
 * reached, or that it has such a slot already.
 */
final class RefusedStatement implements SQLExceptionOverride {
    /** After these the server closes the connection. */
    private static final Set<String> LAST_WORDS = Set.of("FATAL", "PANIC");

    @java.lang.Override
    public Override adjudicate(SQLException e) {
        return e instanceof PSQLException refused
                        && refused.getServerErrorMessage() != null
                        && !LAST_WORDS.contains(refused.getServerErrorMessage().getSeverity())
                ? Override.DO_NOT_EVICT
                : Override.CONTINUE_EVICT;
    }
}
