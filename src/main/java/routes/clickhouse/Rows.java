package routes.clickhouse;

import java.io.IOException;
import java.io.OutputStream;

/** Writes itself in the format that an insert is told: the body of a {@code clickhouse:} step. */
@FunctionalInterface
public interface Rows {
    /** Whether it will write the Native format, whatever the insert is told; asked before. */
    default boolean isNative() {
        return false;
    }

    void writeTo(OutputStream out) throws IOException;
}
