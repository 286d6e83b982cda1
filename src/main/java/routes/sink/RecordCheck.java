package routes.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import routes.clickhouse.columns.Encoding;
import routes.clickhouse.columns.NativeBlock;
import routes.clickhouse.columns.RecordParser;
import routes.clickhouse.columns.TableColumn;
import routes.deadletter.Rejected;
import routes.pipeline.Reason;

/**
 * Looks through a record before it is sent: is it one JSON object, does it name what must be named,
 * do its numbers and dates fit. The same look fills the columns of the insert.
 */
final class RecordCheck {
    private static final JsonFactory JSON = RecordParser.JSON;

    private final Encoding columns;
    private final Set<String> reserved;
    private final boolean rejectUnknown;
    private final int requiredCount;

    /**
     * @param columns the table's columns that a record may fill
     * @param reserved the columns that Caravan fills
     * @param rejectUnknown a field without a column makes the record bad, else it is counted and
     *     left out
     */
    RecordCheck(Encoding columns, Set<String> reserved, boolean rejectUnknown) {
        this.columns = columns;
        this.reserved = reserved;
        this.rejectUnknown = rejectUnknown;
        this.requiredCount = (int) columns.columns().stream().filter(TableColumn::required).count();
    }

    /** By the rows of {@code columns.sql}. */
    static RecordCheck of(
            List<Map<String, Object>> columns, Set<String> reserved, boolean rejectUnknown) {
        List<TableColumn> own =
                columns.stream()
                        .filter(row -> !reserved.contains((String) row.get("name")))
                        .map(
                                row ->
                                        new TableColumn(
                                                (String) row.get("name"),
                                                (String) row.get("type"),
                                                !((String) row.get("default_kind")).isEmpty()))
                        .toList();
        ZoneId zone =
                columns.stream()
                        .findFirst()
                        .map(row -> ZoneId.of((String) row.get("zone")))
                        .orElse(ZoneOffset.UTC);
        return new RecordCheck(new Encoding(own, zone), reserved, rejectUnknown);
    }

    /** The columns, each with its type and whether it must be named. */
    Set<String> columns() {
        return described(columns.columns());
    }

    /** Those whose values are sent as they are written: a batch that names one, as JSON lines. */
    Set<String> notEncoded() {
        return described(columns.notEncoded());
    }

    private static Set<String> described(List<TableColumn> columns) {
        return columns.stream()
                .map(TableColumn::toString)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    boolean rejectsUnknown() {
        return rejectUnknown;
    }

    /**
     * A good record's row or a bad record's reason, and how many of its fields have a column and
     * how many have none, as far as it could be read.
     */
    record Verdict(Row row, String reason, int knownFields, int unknownFields) {
        static Verdict bad(String reason) {
            return new Verdict(null, reason, 0, 0);
        }
    }

    /**
     * Looks through records one after the other, with one parser for those that are good, which it
     * puts into one block.
     */
    final class Pass {
        private final NativeBlock block = columns.block();
        private RecordParser records = new RecordParser();

        /** The good records as columns. */
        NativeBlock block() {
            return block;
        }

        Verdict check(ConsumerRecord<byte[], byte[]> record) {
            Verdict verdict = good(record);
            if (verdict == null) {
                // Whatever state they are in now, the next record is not to see it.
                records = new RecordParser();
                block.rollBack();
                verdict = careful(record);
            }
            if (verdict.row() == null) {
                block.rollBack();
            } else {
                block.commit();
            }
            return verdict;
        }

        /** Null unless the record is good beyond doubt. */
        private Verdict good(ConsumerRecord<byte[], byte[]> record) {
            byte[] value = record.value();
            if (record.key() == null || record.key().length == 0 || value == null) {
                return null;
            }
            String key = new String(record.key(), StandardCharsets.UTF_8);
            int body = 0;
            while (body < value.length && value[body] != '{') {
                body++;
            }
            if (key.indexOf('\uFFFD') >= 0 || body == value.length) {
                return null;
            }
            try {
                JsonParser parser = records.begin(value);
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    return null;
                }
                block.begin(value, records.before());
                Verdict verdict = fields(record, key, parser, body + 1, block);
                return verdict.row() != null && records.ended() ? verdict : null;
            } catch (IOException e) {
                return null;
            }
        }

        private Verdict careful(ConsumerRecord<byte[], byte[]> record) {
            if (record.key() == null || record.key().length == 0) {
                return Verdict.bad(Rejected.NO_KEY);
            }
            String key = new String(record.key(), StandardCharsets.UTF_8);
            if (key.indexOf('\uFFFD') >= 0
                    && !Arrays.equals(key.getBytes(StandardCharsets.UTF_8), record.key())) {
                return Verdict.bad("the record's key is not UTF-8 text");
            }
            if (record.value() == null || record.value().length == 0) {
                return Verdict.bad("the record's value is empty");
            }
            try (JsonParser parser = JSON.createParser(record.value())) {
                return object(record, key, parser, block);
            } catch (JsonProcessingException e) {
                return Verdict.bad(
                        "the value is not JSON: "
                                + e.getOriginalMessage()
                                + " (byte "
                                + (e.getLocation() == null ? "?" : e.getLocation().getByteOffset())
                                + ")");
            } catch (IOException e) {
                throw new UncheckedIOException("Reading from memory cannot fail", e);
            }
        }
    }

    Verdict check(ConsumerRecord<byte[], byte[]> record) {
        return new Pass().careful(record);
    }

    /** Good rows as columns. */
    NativeBlock encode(List<Row> rows) {
        Pass pass = new Pass();
        rows.forEach(row -> pass.check(row.record()));
        return pass.block();
    }

    private Verdict object(
            ConsumerRecord<byte[], byte[]> record, String key, JsonParser parser, NativeBlock block)
            throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return Verdict.bad("the value is not a JSON object");
        }
        int body = (int) parser.currentLocation().getByteOffset();
        if (body <= 0) {
            return Verdict.bad("the value is not UTF-8 text");
        }
        block.begin(record.value(), 0);
        Verdict verdict = fields(record, key, parser, body, block);
        if (parser.nextToken() != null) {
            return Verdict.bad("the value holds more than one JSON object");
        }
        return verdict;
    }

    /** Reads to the object's end. */
    private Verdict fields(
            ConsumerRecord<byte[], byte[]> record,
            String key,
            JsonParser parser,
            int body,
            NativeBlock block)
            throws IOException {
        int named = 0;
        int known = 0;
        int unknown = 0;
        int reservedFields = 0;
        List<String> bad = List.of();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            int place = columns.place(field);
            String reason = null;
            if (place >= 0) {
                reason = block.put(place, parser);
                known++;
                named += columns.columns().get(place).required() ? 1 : 0;
            } else if (reserved.contains(field)) {
                reason = "field " + field + " is one that Caravan fills: rename it in the source";
                reservedFields++;
            } else {
                unknown++;
                if (rejectUnknown) {
                    reason = "field " + Reason.shortened(field, 60) + " has no column";
                }
            }
            if (reason != null) {
                bad = bad.isEmpty() ? new ArrayList<>() : bad;
                bad.add(reason);
            }
            parser.skipChildren();
        }
        if (parser.currentToken() != JsonToken.END_OBJECT) {
            return Verdict.bad("the value ends in the middle of its JSON object");
        }
        if (named < requiredCount) {
            bad = bad.isEmpty() ? new ArrayList<>() : bad;
            bad.add(missing(record));
        }
        boolean empty = known + unknown + reservedFields == 0;
        return bad.isEmpty()
                ? new Verdict(new Row(record, key, body, empty), null, known, unknown)
                : new Verdict(null, String.join("; ", bad), known, unknown);
    }

    private String missing(ConsumerRecord<byte[], byte[]> record) {
        Set<String> required =
                columns.columns().stream()
                        .filter(TableColumn::required)
                        .map(TableColumn::name)
                        .collect(Collectors.toCollection(TreeSet::new));
        required.removeAll(names(record));
        return (required.size() == 1
                        ? "field %s is missing, and its column has neither NULL nor a default"
                        : "fields %s are missing, and their columns have neither NULL nor a"
                                + " default")
                .formatted(String.join(", ", required));
    }

    /** The names of a record's fields. */
    Set<String> names(ConsumerRecord<byte[], byte[]> record) {
        Set<String> names = new TreeSet<>();
        try (JsonParser parser = JSON.createParser(record.value())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                names.add(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("It was read before", e);
        }
        return names;
    }
}
