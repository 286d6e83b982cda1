package routes.clickhouse;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.data.ClickHouseFormat;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/**
 * A ClickHouse server over HTTP: statements, small answers, and inserts of JSON lines as one block.
 *
 * <p>Every method waits for the answer. A server that cannot be reached, or that fails for a reason
 * of its own (memory, too many parts, a missing table), throws a {@link RuntimeException}: try
 * again later. Data that the server will never take throws {@link ClickHouseRefused}.
 */
public final class ClickHouse implements AutoCloseable {
    // system.errors: the codes that speak of the data, not of the server, the table or the account.
    private static final Set<Integer> DATA_ERRORS =
            Set.of(
                    6, 7, 25, 26, 27, 32, 33, 38, 41, 53, 69, 70, 72, 117, 130, 131, 190, 321, 349,
                    376, 407, 441, 467, 469, 563, 632, 675, 676, 691);

    /**
     * An insert is one block, of however many of a table's partitions, in the table and for each of
     * its views, waits until it is stored, fails where a row or a view does, and reads what ISO
     * 8601 allows; whatever the account's profile says.
     */
    private static final Map<String, String> INSERT_SETTINGS =
            Map.ofEntries(
                    Map.entry("async_insert", "0"),
                    Map.entry("insert_deduplicate", "1"),
                    Map.entry("deduplicate_blocks_in_dependent_materialized_views", "1"),
                    Map.entry("input_format_parallel_parsing", "0"),
                    Map.entry("max_insert_threads", "1"),
                    Map.entry("max_partitions_per_insert_block", "0"),
                    Map.entry("max_insert_block_size", "10000000"),
                    Map.entry("min_insert_block_size_rows", "10000000"),
                    Map.entry("min_insert_block_size_bytes", "2000000000"),
                    Map.entry("min_insert_block_size_rows_for_materialized_views", "0"),
                    Map.entry("min_insert_block_size_bytes_for_materialized_views", "0"),
                    Map.entry("materialized_views_ignore_errors", "0"),
                    Map.entry("input_format_allow_errors_num", "0"),
                    Map.entry("input_format_allow_errors_ratio", "0"),
                    Map.entry("input_format_defaults_for_omitted_fields", "1"),
                    Map.entry("date_time_input_format", "best_effort"),
                    Map.entry("input_format_null_as_default", "0"),
                    Map.entry("input_format_skip_unknown_fields", "1"),
                    Map.entry("input_format_import_nested_json", "0"));

    /** Inserts wait for a majority of a table's replicas, and reads see what a majority has. */
    public static final Map<String, String> QUORUM =
            Map.of(
                    "insert_quorum", "auto",
                    "insert_quorum_parallel", "0",
                    "select_sequential_consistency", "1");

    private static final ObjectReader ROWS =
            new ObjectMapper().readerFor(new TypeReference<Map<String, Object>>() {});

    private final Client client;

    /**
     * @param url {@code http://host:port}
     * @param settings of the server, for everything that does not say otherwise, such as {@link
     *     #QUORUM}
     * @param timeout how long an answer may take before the connection is given up
     */
    public ClickHouse(
            String url,
            String database,
            String user,
            String password,
            Map<String, String> settings,
            Duration timeout) {
        Client.Builder builder =
                new Client.Builder()
                        .addEndpoint(url)
                        .setDefaultDatabase(database)
                        .setUsername(user)
                        .setPassword(password)
                        .compressServerResponse(false)
                        .compressClientRequest(false)
                        .useHttpFormDataForQuery(true)
                        .setMaxRetries(0)
                        .setConnectTimeout(5, ChronoUnit.SECONDS)
                        .setSocketTimeout(timeout.toMillis(), ChronoUnit.MILLIS)
                        .setClientName("caravan");
        settings.forEach(builder::serverSetting);
        client = builder.build();
    }

    /**
     * Inserts rows as one block.
     *
     * @param columns all of the table's if there are none
     * @param more settings for this insert, over those that make it one block
     * @throws ClickHouseRefused when the data is at fault; then nothing of it is stored
     */
    void insert(
            String table,
            List<String> columns,
            ClickHouseFormat format,
            Map<String, String> more,
            Rows rows)
            throws ClickHouseRefused {
        InsertSettings settings = new InsertSettings();
        INSERT_SETTINGS.forEach(settings::serverSetting);
        more.forEach(settings::serverSetting);
        try (InsertResponse response =
                client.insert(table, columns, rows::writeTo, format, settings).get()) {
            response.getWrittenRows();
        } catch (ExecutionException e) {
            throw refusedOrFailed(e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (Exception e) {
            throw refusedOrFailed(e);
        }
    }

    /** Inserts JSON lines under a token. */
    public void insert(String table, String token, Rows lines) throws ClickHouseRefused {
        insert(
                table,
                List.of(),
                ClickHouseFormat.JSONEachRow,
                Map.of("insert_deduplication_token", token),
                lines);
    }

    /** By the code alone: the message quotes the data, which may hold any words. */
    private static RuntimeException refusedOrFailed(Throwable failure) throws ClickHouseRefused {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ServerException answer && DATA_ERRORS.contains(answer.getCode())) {
                throw new ClickHouseRefused(answer.getCode(), answer.getMessage(), answer);
            }
        }
        return failed(failure);
    }

    private static RuntimeException failed(Throwable failure) {
        return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
    }

    private static RuntimeException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("Interrupted while waiting for ClickHouse", e);
    }

    /** Runs a statement that answers nothing. */
    public void execute(String sql) {
        execute(sql, Map.of());
    }

    /** Runs a statement that answers nothing, with values for {@code {name:Type}} in its text. */
    public void execute(String sql, Map<String, Object> parameters) {
        stream(sql, parameters, "TabSeparated", answer -> null);
    }

    /**
     * All rows of an answer, each by column name; numbers as Java numbers, 64-bit ones too.
     *
     * @param parameters values for {@code {name:Type}} in the text, in ClickHouse's text form: see
     *     {@link #keys}
     */
    public List<Map<String, Object>> rows(String sql, Map<String, Object> parameters) {
        return rows(sql, parameters, Map.of());
    }

    /** {@link #rows} under the settings of an insert. */
    public List<Map<String, Object>> rowsAsInsert(String sql) {
        return rows(sql, Map.of(), INSERT_SETTINGS);
    }

    /** A whole number of an answer's row. */
    public static long number(Map<String, Object> row, String column) {
        return ((Number) row.get(column)).longValue();
    }

    List<Map<String, Object>> rows(
            String sql, Map<String, Object> parameters, Map<String, String> more) {
        QuerySettings settings = answering("JSONEachRow");
        more.forEach(settings::serverSetting);
        return stream(
                sql,
                parameters,
                settings,
                answer -> {
                    try (MappingIterator<Map<String, Object>> rows = ROWS.readValues(answer)) {
                        return rows.readAll();
                    }
                });
    }

    /** The answer in any of ClickHouse's output formats, copied to {@code out} as it comes. */
    public void copy(String sql, Map<String, Object> parameters, String format, OutputStream out) {
        stream(sql, parameters, format, answer -> answer.transferTo(out));
    }

    @FunctionalInterface
    private interface Reading<T> {
        T from(InputStream answer) throws IOException;
    }

    private <T> T stream(
            String sql, Map<String, Object> parameters, String format, Reading<T> reading) {
        return stream(sql, parameters, answering(format), reading);
    }

    private static QuerySettings answering(String format) {
        return new QuerySettings()
                .setFormat(ClickHouseFormat.valueOf(format))
                .serverSetting("output_format_json_quote_64bit_integers", "0")
                .serverSetting("wait_end_of_query", "1");
    }

    private <T> T stream(
            String sql,
            Map<String, Object> parameters,
            QuerySettings settings,
            Reading<T> reading) {
        try (QueryResponse response = client.query(sql, parameters, settings).get()) {
            return reading.from(response.getInputStream());
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (IOException e) {
            throw new UncheckedIOException("ClickHouse's answer broke off", e);
        } catch (Exception e) {
            throw failed(e);
        }
    }

    /**
     * Strings as the parameter {@code keys}, for {@code format(TSV, 'key String', {keys:String})}:
     * ClickHouse reads 25,000 keys in 12 ms so, in 22 to 27 ms by splitByString, in 46 ms as an
     * array, in 99 ms as a list.
     *
     * @param values not empty ones; none of them at all is asked for as an empty one, since format
     *     takes no empty text
     */
    public static Map<String, Object> keys(Collection<String> values) {
        StringBuilder lines = new StringBuilder(values.isEmpty() ? "\n" : "");
        for (String value : values) {
            lines.append(escaped(value).replace("\r", "\\r")).append('\n');
        }
        return Map.of("keys", escaped(lines.toString()));
    }

    /** A text as the value of a parameter of type String. */
    public static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
    }

    @Override
    public void close() {
        client.close();
    }
}
