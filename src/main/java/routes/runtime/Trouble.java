package routes.runtime;

import com.clickhouse.client.api.ServerException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoSecurityException;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import routes.pipeline.NeedsPerson;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * Tells a server that is unreachable or busy from one that will not answer before somebody acts.
 */
final class Trouble {
    private static final String LOGIN =
            "check the user and the password of this account in settings and environment";
    private static final String RIGHT =
            "grant the account this right (docs/operating.md, Accounts, has all of them)";
    private static final String DATABASE = "create the database, or correct the address";

    /** SQL states of Postgres. */
    private static final Map<String, String> POSTGRES =
            Map.of("28000", LOGIN, "28P01", LOGIN, "42501", RIGHT, "3D000", DATABASE);

    /** Codes in ClickHouse's system.errors. */
    private static final Map<Integer, String> CLICKHOUSE =
            Map.of(192, LOGIN, 193, LOGIN, 516, LOGIN, 497, RIGHT, 81, DATABASE);

    /** MongoDB's Unauthorized and AuthenticationFailed. */
    private static final Map<Integer, String> MONGODB = Map.of(13, RIGHT, 18, LOGIN);

    private static final Set<Integer> S3 = Set.of(401, 403);

    private Trouble() {}

    /** What a person has to do before it can go on; empty where waiting is enough. */
    static Optional<String> needsPerson(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String what = what(cause);
            if (what != null) {
                return Optional.of(what);
            }
        }
        return Optional.empty();
    }

    private static String what(Throwable failure) {
        if (failure instanceof NeedsPerson) {
            return "see the reason";
        }
        if (failure instanceof SQLException refused) {
            String what = POSTGRES.get(String.valueOf(refused.getSQLState()));
            return what != null ? what : CLICKHOUSE.get(refused.getErrorCode());
        }
        if (failure instanceof ServerException refused) {
            return CLICKHOUSE.get(refused.getCode());
        }
        if (failure instanceof AuthenticationException
                || failure instanceof MongoSecurityException) {
            return LOGIN;
        }
        if (failure instanceof AuthorizationException) {
            return RIGHT;
        }
        if (failure instanceof MongoCommandException refused) {
            return MONGODB.get(refused.getErrorCode());
        }
        if (failure instanceof AwsServiceException refused && S3.contains(refused.statusCode())) {
            return LOGIN + "; or " + RIGHT;
        }
        return null;
    }
}
