package sandbox.clickhouse;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** What a statement gave; it lies in the engine's memory until it is closed. */
class Result implements AutoCloseable {
    private final Chdb chdb;
    private final Pointer handle;

    Result(Chdb chdb, Pointer handle) {
        this.chdb = chdb;
        this.handle = handle;
    }

    /** In bytes. */
    long length() {
        return chdb.chdb_result_length(handle);
    }

    /** A view of at most {@code count} bytes from {@code offset}, valid until {@link #close}. */
    ByteBuffer part(long offset, long count) {
        return chdb.chdb_result_buffer(handle).getByteBuffer(offset, count);
    }

    long readRows() {
        return chdb.chdb_result_storage_rows_read(handle);
    }

    long readBytes() {
        return chdb.chdb_result_storage_bytes_read(handle);
    }

    long writtenRows() {
        return chdb.chdb_result_rows_written(handle);
    }

    long writtenBytes() {
        return chdb.chdb_result_bytes_written(handle);
    }

    @Override
    public void close() {
        chdb.chdb_destroy_query_result(handle);
    }
}
