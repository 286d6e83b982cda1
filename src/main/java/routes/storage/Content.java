package routes.storage;

import java.io.IOException;
import java.io.OutputStream;

/** Writes a file's bytes, as many as there are; is asked once. */
@FunctionalInterface
public interface Content {
    void writeTo(OutputStream out) throws IOException;
}
