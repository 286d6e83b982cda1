package routes.sink;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import routes.clickhouse.columns.NativeBlock;
import routes.clickhouse.columns.OwnColumn;
import routes.kafka.AnnouncedRange;
import routes.kafka.CommitTime;

/**
 * Writes rows of one batch as ClickHouse takes them: as columns where that means what their JSON
 * lines would, else as these lines.
 */
final class RowWriter {
    private static final JsonStringEncoder JSON = JsonStringEncoder.getInstance();

    private final AnnouncedRange batch;
    private final RecordCheck check;
    private final NativeBlock checked;
    private final int good;
    private List<Row> encodedRows;
    private NativeBlock encoded;

    /**
     * @param checked the rows that were good at the check, as columns
     * @param good how many they were
     */
    RowWriter(AnnouncedRange batch, RecordCheck check, NativeBlock checked, int good) {
        this.batch = batch;
        this.check = check;
        this.checked = checked;
        this.good = good;
    }

    /** True if these rows go as columns: then that means what their JSON lines would. */
    boolean isNative(List<Row> some) {
        return block(some).certain();
    }

    private NativeBlock block(List<Row> some) {
        if (some.size() == good) {
            return checked;
        }
        if (encodedRows != some) {
            encoded = check.encode(some);
            encodedRows = some;
        }
        return encoded;
    }

    /**
     * Rows as columns in the Native format, or as JSON lines.
     *
     * @param until when ClickHouse takes them, by its clock; null for ever
     */
    void write(OutputStream out, List<Row> some, String until) throws IOException {
        NativeBlock block = block(some);
        if (block.certain()) {
            block.writeTo(out, own(some, until));
        } else {
            writeLines(out, some, until);
        }
    }

    /** The columns that Caravan fills. */
    private List<OwnColumn> own(List<Row> some, String until) {
        OwnColumn partition = OwnColumn.of("kafka_partition", "UInt32");
        OwnColumn offset = OwnColumn.of("kafka_offset", "UInt64");
        OwnColumn key = OwnColumn.of("kafka_key", "String");
        OwnColumn contents = OwnColumn.of("kafka_content", "UUID");
        OwnColumn committed = OwnColumn.of("committed_at", "Nullable(DateTime64(6, 'UTC'))");
        for (Row row : some) {
            partition.put(batch.partition().partition());
            offset.put(row.record().offset());
            key.put(row.record().key());
            contents.put(row.content());
            Header time = row.record().headers().lastHeader(CommitTime.HEADER);
            boolean timed = time != null && CommitTime.valid(time.value());
            committed.putTime(timed ? time.value() : null);
        }
        OwnColumn token = OwnColumn.constant("kafka_batch", batch.token());
        List<OwnColumn> own =
                new ArrayList<>(List.of(token, partition, offset, key, contents, committed));
        if (until != null) {
            OwnColumn deadlines = OwnColumn.of("kafka_deadline", "DateTime64(3, 'UTC')");
            deadlines.putTime(until.getBytes(StandardCharsets.US_ASCII), some.size());
            own.add(deadlines);
        }
        return own;
    }

    /**
     * Each record's own bytes, with the columns that Caravan fills put in front. The first row says
     * the deadline for all.
     */
    private void writeLines(OutputStream out, List<Row> some, String until) throws IOException {
        byte[] prefix =
                ("{\"kafka_batch\":\""
                                + batch.token()
                                + "\",\"kafka_partition\":"
                                + batch.partition().partition()
                                + ",\"kafka_offset\":")
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] beforeKey = ",\"kafka_key\":\"".getBytes(StandardCharsets.US_ASCII);
        byte[] beforeContent = "\",\"kafka_content\":\"".getBytes(StandardCharsets.US_ASCII);
        byte[] beforeCommitted = "\",\"committed_at\":\"".getBytes(StandardCharsets.US_ASCII);
        String first = until == null ? "" : "\",\"kafka_deadline\":\"" + until;
        for (Row row : some) {
            out.write(prefix);
            out.write(Long.toString(row.record().offset()).getBytes(StandardCharsets.US_ASCII));
            out.write(beforeKey);
            out.write(JSON.quoteAsUTF8(row.key()));
            out.write(beforeContent);
            out.write(row.content().toString().getBytes(StandardCharsets.US_ASCII));
            Header committed = row.record().headers().lastHeader(CommitTime.HEADER);
            if (committed != null && CommitTime.valid(committed.value())) {
                out.write(beforeCommitted);
                out.write(committed.value());
            }
            out.write(first.getBytes(StandardCharsets.US_ASCII));
            first = "";
            out.write('"');
            if (!row.empty()) {
                out.write(',');
            }
            byte[] value = row.record().value();
            out.write(value, row.fields(), value.length - row.fields());
            out.write('\n');
        }
    }

    /** The rows' keys as JSON lines, for the list of keys. */
    void writeKeys(OutputStream out, List<Row> some) throws IOException {
        for (Row row : some) {
            out.write("{\"kafka_key\":\"".getBytes(StandardCharsets.US_ASCII));
            out.write(JSON.quoteAsUTF8(row.key()));
            out.write(
                    ("\",\"kafka_content\":\""
                                    + row.content()
                                    + "\",\"kafka_batch\":\""
                                    + batch.token()
                                    + "\"}\n")
                            .getBytes(StandardCharsets.US_ASCII));
        }
    }
}
