package routes.clickhouse.columns;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How one table's columns are encoded. */
public final class Encoding {
    private final List<TableColumn> columns;
    private final ZoneId server;
    private final Map<String, Integer> places = new HashMap<>();

    /**
     * @param columns those that a record may name
     * @param server the server's time zone
     */
    public Encoding(List<TableColumn> columns, ZoneId server) {
        this.columns = List.copyOf(columns);
        this.server = server;
        for (int i = 0; i < columns.size(); i++) {
            places.put(columns.get(i).name(), i);
        }
    }

    /**
     * The columns whose values are not encoded here: a batch that names one goes as JSONEachRow.
     */
    public List<TableColumn> notEncoded() {
        List<TableColumn> none = new ArrayList<>();
        for (TableColumn column : columns) {
            if (column(column, new RecordBytes()) instanceof UnknownColumn) {
                none.add(column);
            }
        }
        return none;
    }

    public List<TableColumn> columns() {
        return columns;
    }

    /** A column's place among the columns, or -1. */
    public int place(String name) {
        return places.getOrDefault(name, -1);
    }

    /** Room for rows. */
    public NativeBlock block() {
        RecordBytes record = new RecordBytes();
        return new NativeBlock(
                columns, columns.stream().map(column -> column(column, record)).toList(), record);
    }

    private Column column(TableColumn column, RecordBytes record) {
        // Columns of a Nested share their sizes, which is ClickHouse's to see to.
        Column encoded =
                column.name().indexOf('.') >= 0
                        ? null
                        : ColumnType.of(column.type()).column(server, record);
        return encoded == null ? new UnknownColumn() : encoded;
    }
}
