package routes.outbox;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.sql.DefaultRowMapperFactory;
import org.apache.camel.support.DefaultMessage;
import org.springframework.jdbc.core.RowMapper;
import routes.kafka.CommitTime;

/**
 * A row that is locked and not yet sent.
 *
 * @param relation the table or partition that it is in, by Postgres's number
 * @param place by which it is marked there; good for as long as it is locked
 * @param key its primary key as text, UTF-8
 * @param value its columns but the one that notes what was sent, as a JSON object, UTF-8; null if
 *     it is larger than a record may be
 * @param bytes of that object, or, of one that is not made, of the row's texts
 * @param committed when it was committed, as Postgres writes a timestamp in UTC; null where it does
 *     not keep it
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

    /** When it was committed, in the form of {@link CommitTime}; null where that is not known. */
    byte[] commitTime() {
        return committed == null
                ? null
                : committed.replace(' ', 'T').getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Its record.
     *
     * @param partition null where Kafka's partitioner is to choose
     * @param commitTime as {@link #commitTime} has it: the same for all rows of a transaction
     */
    Message message(Integer partition, byte[] commitTime, Exchange exchange) {
        Message message = new DefaultMessage(exchange);
        message.setBody(value);
        message.setHeader(KafkaConstants.KEY, key);
        if (partition != null) {
            message.setHeader(KafkaConstants.PARTITION_KEY, partition);
        }
        if (commitTime != null) {
            message.setHeader(CommitTime.HEADER, commitTime);
        }
        return message;
    }

    /** How the sql component reads it: by places, as a look-up of ten names a row takes longer. */
    static final class Mapper extends DefaultRowMapperFactory {
        @Override
        public RowMapper<UnsentRow> newColumnRowMapper() {
            return Mapper::read;
        }

        private static UnsentRow read(ResultSet row, int number) throws SQLException {
            byte[] value = row.getBytes(4);
            return new UnsentRow(
                    row.getString(1),
                    row.getString(2),
                    row.getBytes(3),
                    value,
                    value == null ? row.getLong(5) : value.length,
                    row.getString(6),
                    row.getString(7),
                    row.getString(8),
                    row.getLong(9),
                    row.getString(10));
        }
    }
}
