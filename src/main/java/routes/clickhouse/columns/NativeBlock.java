package routes.clickhouse.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of one table as a block of ClickHouse's Native format, which grows value by value.
 *
 * <p>A block of rows that are not all certain is good for nothing but their check: it keeps none.
 * Not thread-safe.
 */
public final class NativeBlock {
    private final List<TableColumn> columns;
    private final Column[] data;
    private final RecordBytes record;
    private final int[] rowsOf; // that each column has
    private int rows;
    private boolean certain = true;
    private boolean rowCertain = true;

    NativeBlock(List<TableColumn> columns, List<Column> data, RecordBytes record) {
        this.record = record;
        this.columns = columns;
        this.data = data.toArray(Column[]::new);
        this.rowsOf = new int[this.data.length];
    }

    /** Rows that are complete. */
    public int rows() {
        return rows;
    }

    /**
     * Begins a row.
     *
     * @param value the record that its values are of
     * @param before bytes that the parser has read before it
     */
    public void begin(byte[] value, long before) {
        record.set(value, before);
        // ClickHouse takes bytes that are no UTF-8 as they are.
        rowCertain = !record.isLarge() && RecordParser.isUtf8(value);
    }

    /**
     * Takes the value that the parser is at for the row in hand; the parser is at the value's last
     * token then.
     *
     * @return null, or why the column cannot hold it
     */
    public String put(int place, JsonParser value) throws IOException {
        TableColumn column = columns.get(place);
        if (value.currentToken() == JsonToken.VALUE_NULL && !column.nullable()) {
            return "column " + column.name() + " (" + column.type() + ") cannot hold NULL";
        }
        if (rowsOf[place] > rows) {
            return answer(column, Column.unsure(value)); // named twice
        }
        Column to = data[place];
        if (rowsOf[place] < rows && (column.hasDefault() || to instanceof UnknownColumn)) {
            // The rows before have something else there than what could be filled in: the row is
            // not certain, and keeps nothing.
            rowCertain = false;
            to.mark();
            String answer = to.put(value);
            to.reset();
            return answer == Column.TAKEN ? null : answer(column, answer);
        }
        fill(place);
        to.mark();
        rowsOf[place]++;
        String answer = to.put(value);
        return answer == Column.TAKEN ? null : answer(column, answer);
    }

    private String answer(TableColumn column, String answer) {
        if (answer.isEmpty()) {
            rowCertain = false;
            return null;
        }
        return "column " + column.name() + " (" + column.type() + ") cannot hold " + answer;
    }

    /** What rows before have not named. */
    private void fill(int place) {
        while (rowsOf[place] < rows) {
            data[place].putDefault();
            rowsOf[place]++;
        }
    }

    /** The row in hand is complete. */
    public void commit() {
        certain &= rowCertain;
        if (certain) {
            rows++;
        } else {
            rollBack();
        }
    }

    /** The row in hand is not to be. */
    public void rollBack() {
        rowCertain = true;
        for (int place = 0; place < data.length; place++) {
            if (rowsOf[place] > rows) {
                data[place].reset();
                rowsOf[place] = rows;
            }
        }
    }

    /**
     * True if the block means what JSONEachRow makes of its rows. It does not if a value was not
     * certain, or if only some rows name a column that has a DEFAULT.
     */
    public boolean certain() {
        boolean gaps = false;
        for (int place = 0; place < data.length; place++) {
            gaps |= columns.get(place).hasDefault() && rowsOf[place] > 0 && rowsOf[place] < rows;
        }
        return certain && !gaps;
    }

    /**
     * Writes the block; columns that no row names are left out, so that their DEFAULT applies.
     *
     * @param own columns that no record fills
     */
    public void writeTo(OutputStream out, List<OwnColumn> own) throws IOException {
        List<Integer> named = new ArrayList<>();
        for (int place = 0; place < data.length; place++) {
            if (rowsOf[place] > 0) {
                fill(place);
                named.add(place);
            }
        }
        Bytes head = new Bytes();
        head.putCount(own.size() + named.size());
        head.putCount(rows);
        head.writeTo(out);
        for (OwnColumn column : own) {
            write(column.name(), column.type(), column.data(rows), out);
        }
        for (int place : named) {
            write(columns.get(place).name(), columns.get(place).type(), data[place], out);
        }
    }

    private static void write(String name, String type, Column column, OutputStream out)
            throws IOException {
        Bytes head = new Bytes();
        head.putText(name.toCharArray(), 0, name.length());
        head.putText(type.toCharArray(), 0, type.length());
        head.writeTo(out);
        column.writePrefix(out);
        column.writeTo(out);
    }
}
