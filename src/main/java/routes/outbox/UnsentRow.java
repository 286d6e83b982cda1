package routes.outbox;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.camel.component.sql.DefaultRowMapperFactory;
import org.springframework.jdbc.core.RowMapper;

/**
 * A row that is locked and not yet sent.
 *
 * @param relation the table or partition that it is in, by Postgres's number
 * @param place by which it is marked there; good for as long as it is locked
 * @param key its primary key as text, UTF-8
 * @param value its columns but the one that notes what was sent, as a JSON object, UTF-8; null if
 *     it is larger than a record may be
 * @param bytes of that object, or, of one that is not made, of the row's texts
 * @param committed when it was committed, ISO 8601 in UTC with microseconds; null where Postgres
 *     does not keep it
 * @param after the first column of its key, as text; null where a position is kept
 * @param lost the position, if it is none in this table; else null
 * @param transaction that wrote it, the lower 32 bits of its number
 * @param numbers of the topic's partitions, for {@link Partitioning}; the same for all rows
 */
record UnsentRow(
        String relation,
        String place,
        byte[] key,
        byte[] value,
        long bytes,
        String committed,
        String after,
        String lost,
        long transaction,
        String numbers) {

    /** How the sql component reads it. */
    static final class Mapper extends DefaultRowMapperFactory {
        @Override
        public RowMapper<UnsentRow> newColumnRowMapper() {
            return Mapper::read;
        }

        private static UnsentRow read(ResultSet row, int number) throws SQLException {
            return new UnsentRow(
                    row.getString("relation"),
                    row.getString("place"),
                    row.getBytes("key"),
                    row.getBytes("value"),
                    row.getLong("bytes"),
                    row.getString("committed"),
                    row.getString("after"),
                    row.getString("lost"),
                    row.getLong("transaction"),
                    row.getString("numbers"));
        }
    }
}
