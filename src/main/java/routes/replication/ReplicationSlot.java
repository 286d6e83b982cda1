package routes.replication;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import routes.sql.SqlFile;

/**
 * A slot at the publisher.
 *
 * @param active whether a process reads it, or is just making it
 * @param process that one; 0 if there is none
 * @param complete whether it has been made
 * @param lost whether the publisher has thrown away what it still needed
 * @param held bytes of its log that the publisher keeps for it
 * @param confirmed up to where the subscriber has confirmed the log, in bytes since its beginning
 * @param written up to where the publisher has written it
 */
record ReplicationSlot(
        boolean active,
        int process,
        boolean complete,
        boolean lost,
        long held,
        long confirmed,
        long written) {

    /** The slot of this name, as it is now, if there is one. */
    static Optional<ReplicationSlot> read(Connection publisher, String name) throws SQLException {
        try (var query =
                publisher.prepareStatement(
                        SqlFile.text("classpath:sql/postgres/replication/slot.sql"))) {
            query.setString(1, name);
            try (ResultSet slot = query.executeQuery()) {
                if (!slot.next()) {
                    return Optional.empty();
                }
                return Optional.of(
                        new ReplicationSlot(
                                slot.getBoolean("active"),
                                slot.getInt("process"),
                                slot.getBoolean("complete"),
                                slot.getBoolean("lost"),
                                slot.getLong("held"),
                                slot.getLong("confirmed"),
                                slot.getLong("written")));
            }
        }
    }
}
