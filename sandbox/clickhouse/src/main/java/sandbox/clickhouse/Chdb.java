package sandbox.clickhouse;

import com.sun.jna.Library;
import com.sun.jna.Pointer;

/** The functions of libchdb that are used here, as its C header has them. Lengths are in bytes. */
interface Chdb extends Library {
    /**
     * 0: the library installs no handlers. It also resets those that stand, so libjsig has to
     * protect Java's own.
     */
    void chdb_set_signal_handlers_enabled(int enabled);

    /**
     * All connections of a process are on one directory; the first one starts the engine. Null on
     * failure.
     */
    Pointer chdb_connect(int count, String[] arguments);

    /** The engine stops with the last connection. */
    void chdb_close_conn(Pointer connection);

    Pointer chdb_query_n(
            Pointer connection, Pointer query, long length, byte[] format, long formatLength);

    /**
     * Values are read as one field of TabSeparated text, as ClickHouse's HTTP interface reads them.
     */
    Pointer chdb_query_with_params_n(
            Pointer connection,
            Pointer query,
            long length,
            byte[] format,
            long formatLength,
            Pointer[] names,
            long[] nameLengths,
            Pointer[] values,
            long[] valueLengths,
            long count);

    /** Null when all went well. */
    Pointer chdb_result_error(Pointer result);

    Pointer chdb_result_buffer(Pointer result);

    long chdb_result_length(Pointer result);

    long chdb_result_storage_rows_read(Pointer result);

    long chdb_result_storage_bytes_read(Pointer result);

    long chdb_result_rows_written(Pointer result);

    long chdb_result_bytes_written(Pointer result);

    void chdb_destroy_query_result(Pointer result);
}
