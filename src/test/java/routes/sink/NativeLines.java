package routes.sink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A block of the Native format as the JSON lines that it means; of few rows, and of some types. */
final class NativeLines {
    private final ByteBuffer block;

    private NativeLines(byte[] block) {
        this.block = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    }

    static String of(byte[] block) {
        return new NativeLines(block).lines();
    }

    private String lines() {
        int columns = block.get();
        int rows = block.get();
        if (rows == 0) {
            return "";
        }
        List<List<String>> fields = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            fields.add(new ArrayList<>());
        }
        for (int column = 0; column < columns; column++) {
            String name = text();
            List<String> values = values(text(), rows);
            for (int row = 0; row < rows; row++) {
                if (values.get(row) != null) {
                    fields.get(row).add('"' + name + "\":" + values.get(row));
                }
            }
        }
        StringBuilder lines = new StringBuilder();
        fields.forEach(row -> lines.append('{').append(String.join(",", row)).append("}\n"));
        return lines.toString();
    }

    private String text() {
        byte[] text = new byte[block.get()];
        block.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private List<String> values(String type, int rows) {
        List<String> values = new ArrayList<>();
        if (type.startsWith("Nullable(")) {
            byte[] nulls = new byte[rows];
            block.get(nulls);
            values.addAll(values(type.substring(9, type.length() - 1), rows));
            for (int row = 0; row < rows; row++) {
                values.set(row, nulls[row] == 1 ? null : values.get(row));
            }
            return values;
        }
        if (type.equals("LowCardinality(String)")) {
            block.position(block.position() + 8 + 8);
            List<String> different = values("String", (int) block.getLong());
            block.getLong();
            for (int row = 0; row < rows; row++) {
                values.add(different.get(block.get()));
            }
            return values;
        }
        for (int row = 0; row < rows; row++) {
            values.add(
                    switch (type) {
                        case "String" -> '"' + text() + '"';
                        case "UInt8" -> Integer.toString(block.get() & 0xFF);
                        case "UInt16" -> Integer.toString(block.getShort() & 0xFFFF);
                        case "UInt32" -> Integer.toUnsignedString(block.getInt());
                        case "UInt64", "DateTime64(3, 'UTC')", "DateTime64(6, 'UTC')" ->
                                Long.toUnsignedString(block.getLong());
                        case "UUID" ->
                                '"' + new UUID(block.getLong(), block.getLong()).toString() + '"';
                        default -> throw new IllegalArgumentException(type);
                    });
        }
        return values;
    }
}
