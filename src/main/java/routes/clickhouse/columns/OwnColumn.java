package routes.clickhouse.columns;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.UUID;

/** A column that is filled from elsewhere than the records; times are in UTC. */
public final class OwnColumn {
    private final String name;
    private final String type;
    private final Column data;
    private final byte[] constant;

    private OwnColumn(String name, String type, byte[] constant) {
        this.name = name;
        this.type = type;
        this.data = ColumnType.of(type).column(ZoneOffset.UTC, new RecordBytes());
        this.constant = constant;
    }

    /** To be filled row by row. */
    public static OwnColumn of(String name, String type) {
        return new OwnColumn(name, type, null);
    }

    /** The same text in every row, as LowCardinality(String). */
    public static OwnColumn constant(String name, String text) {
        return new OwnColumn(name, "LowCardinality(String)", text.getBytes(StandardCharsets.UTF_8));
    }

    /** Of a String. */
    public void put(byte[] utf8) {
        ((TextColumn) data).putBytes(utf8);
    }

    /** Of an integer. */
    public void put(long number) {
        ((WholeColumn) data).put(number);
    }

    /** Of a UUID. */
    public void put(UUID id) {
        Bytes to = ((Plain) data).data;
        to.putLong(id.getMostSignificantBits());
        to.putLong(id.getLeastSignificantBits());
    }

    /**
     * Of a time.
     *
     * @param text ISO 8601; a Nullable one takes null, and NULL in the place of what is no time
     */
    public void putTime(byte[] text) {
        char[] chars =
                text == null ? null : new String(text, StandardCharsets.US_ASCII).toCharArray();
        if (data instanceof NullableColumn times) {
            if (chars == null || !times.put(chars)) {
                times.putDefault();
            }
        } else if (!((TimeColumn) data).put(chars, 0, chars.length)) {
            throw new IllegalArgumentException(name + " cannot hold " + new String(chars));
        }
    }

    /** Of a time: the same in so many rows. */
    public void putTime(byte[] text, int rows) {
        Bytes to = ((Plain) data).data;
        int start = to.length();
        putTime(text);
        int bytes = to.length() - start;
        for (int row = 1; row < rows; row++) {
            to.putAll(to.array(), start, bytes);
        }
    }

    String name() {
        return name;
    }

    String type() {
        return type;
    }

    Column data(int rows) {
        if (constant != null) {
            ((LowCardinalityColumn) data).fill(constant, rows);
        }
        return data;
    }
}
