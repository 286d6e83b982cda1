package sandbox.clickhouse;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * The ClickHouse engine in this process, on one directory. Any number of threads may run statements
 * at the same time: the engine works on them in parallel, so that a slow INSERT holds up no SELECT.
 *
 * <p>Each statement gets a connection of its own, which costs about a quarter of a millisecond:
 * settings, parameters, the current database and temporary tables end with it and cannot leak into
 * the next one.
 */
class Engine implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");

    private final Chdb chdb;
    private final String[] arguments;

    /** Kept open, because the engine stops with its last connection. */
    private final Pointer anchor;

    private final AtomicInteger running = new AtomicInteger();

    Engine(Path library, Path directory) throws IOException {
        chdb = Native.load(library.toString(), Chdb.class);
        chdb.chdb_set_signal_handlers_enabled(0);
        // The library differs from a server in these: it takes "1" for "SELECT 1", and lets
        // everybody look into the process.
        arguments =
                new String[] {
                    "clickhouse",
                    "--path=" + directory,
                    "--implicit_select=0",
                    "--allow_introspection_functions=0"
                };
        anchor = connect();
    }

    private Pointer connect() throws IOException {
        Pointer connection = chdb.chdb_connect(arguments.length, arguments);
        if (connection == null) {
            throw new IOException(
                    "The ClickHouse engine does not open its data ("
                            + arguments[1]
                            + "); its log says why. If another process has it open, stop that one");
        }
        return connection;
    }

    /** Runs one statement to its end. */
    Result run(Query query) throws EngineException, IOException {
        running.incrementAndGet();
        try {
            return runConnected(query);
        } finally {
            running.decrementAndGet();
        }
    }

    private Result runConnected(Query query) throws EngineException, IOException {
        Pointer connection = connect();
        try {
            if (!query.database().isEmpty()) {
                prepare(connection, "USE " + quote(query.database(), '`'));
            }
            if (!query.settings().isEmpty()) {
                prepare(connection, set(query.settings()));
            }
            if (query.readOnly()) {
                prepare(connection, "SET readonly = 2");
            }
            return checked(execute(connection, query));
        } finally {
            chdb.chdb_close_conn(connection);
        }
    }

    /** Runs a statement that gives one short text, as TabSeparated. */
    String text(String statement) throws EngineException, IOException {
        return text(statement, "");
    }

    /** The columns that an INSERT into the table fills when it names none, quoted. */
    List<String> columns(String table, String database) throws EngineException, IOException {
        List<String> columns = new ArrayList<>();
        for (String line : text("DESCRIBE TABLE " + table, database).split("\n")) {
            String[] fields = line.split("\t", -1);
            if (fields[2].isEmpty() || fields[2].equals("DEFAULT")) {
                columns.add('`' + fields[0].replace("`", "\\`") + '`');
            }
        }
        return columns;
    }

    private String text(String statement, String database) throws EngineException, IOException {
        try (NativeText text = NativeText.of(statement);
                Result result =
                        run(new Query(text, database, Map.of(), Map.of(), "TabSeparated", false))) {
            long length = result.length();
            return length == 0
                    ? ""
                    : StandardCharsets.UTF_8.decode(result.part(0, length)).toString().strip();
        }
    }

    private void prepare(Pointer connection, String statement) throws EngineException {
        try (NativeText text = NativeText.of(statement)) {
            Query query = new Query(text, "", Map.of(), Map.of(), "TabSeparated", false);
            checked(execute(connection, query)).close();
        }
    }

    private Pointer execute(Pointer connection, Query query) {
        Pointer handle = connection.getPointer(0);
        byte[] format = query.format().getBytes(StandardCharsets.UTF_8);
        NativeText text = query.text();
        int count = query.parameters().size();
        if (count == 0) {
            return chdb.chdb_query_n(handle, text.pointer(), text.length(), format, format.length);
        }
        NativeText[] names = new NativeText[count];
        NativeText[] values = new NativeText[count];
        int next = 0;
        for (Map.Entry<String, String> parameter : query.parameters().entrySet()) {
            names[next] = NativeText.of(parameter.getKey());
            values[next] = NativeText.of(parameter.getValue());
            next++;
        }
        try {
            return chdb.chdb_query_with_params_n(
                    handle,
                    text.pointer(),
                    text.length(),
                    format,
                    format.length,
                    pointers(names),
                    lengths(names),
                    pointers(values),
                    lengths(values),
                    count);
        } finally {
            for (int i = 0; i < count; i++) {
                names[i].close();
                values[i].close();
            }
        }
    }

    private static Pointer[] pointers(NativeText[] texts) {
        Pointer[] pointers = new Pointer[texts.length];
        for (int i = 0; i < texts.length; i++) {
            pointers[i] = texts[i].pointer();
        }
        return pointers;
    }

    private static long[] lengths(NativeText[] texts) {
        long[] lengths = new long[texts.length];
        for (int i = 0; i < texts.length; i++) {
            lengths[i] = texts[i].length();
        }
        return lengths;
    }

    private Result checked(Pointer handle) throws EngineException {
        Pointer error = chdb.chdb_result_error(handle);
        if (error == null) {
            return new Result(chdb, handle);
        }
        EngineException exception = new EngineException(error.getString(0, "UTF-8"));
        chdb.chdb_destroy_query_result(handle);
        throw exception;
    }

    private static String set(Map<String, String> settings) throws EngineException {
        StringJoiner list = new StringJoiner(", ", "SET ", "");
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            if (!NAME.matcher(setting.getKey()).matches()) {
                throw new EngineException(
                        115, "UNKNOWN_SETTING", "Unknown setting '" + setting.getKey() + "'");
            }
            list.add(setting.getKey() + " = " + quote(setting.getValue(), '\''));
        }
        return list.toString();
    }

    private static String quote(String text, char mark) {
        return mark + text.replace("\\", "\\\\").replace("" + mark, "\\" + mark) + mark;
    }

    /**
     * Stops the engine, if no statement runs any more. One that does cannot be waited for; its data
     * is as safe as in a kill -9.
     */
    @Override
    public void close() {
        int left = running.get();
        if (left == 0) {
            chdb.chdb_close_conn(anchor);
        } else {
            System.err.println(left + " statements still run: they are cut off");
        }
    }

    /**
     * Ends this process without the library's own clean-up, which crashes when threads of the
     * engine still run.
     */
    static void exit() {
        Function.getFunction(Platform.C_LIBRARY_NAME, "_exit").invokeVoid(new Object[] {0});
    }
}
