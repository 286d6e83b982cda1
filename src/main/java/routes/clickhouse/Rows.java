package routes.clickhouse;

import java.io.IOException;
import java.io.OutputStream;

/** Writes itself in the format that an insert is told: the body of a {@code clickhouse:} step. */
@FunctionalInterface
public interface Rows {
    void writeTo(OutputStream out) throws IOException;
}
