package routes.clickhouse;

import com.clickhouse.data.ClickHouseFormat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/**
 * Inserts the body into a ClickHouse table over HTTP as one block, or asks a query of it.
 *
 * <p>An insert streams: the body is {@link Rows}, or whatever Camel converts to an InputStream. The
 * exchange goes on when ClickHouse has stored the block. It fails with {@link ClickHouseRefused} if
 * ClickHouse says that the data is at fault; any other exception means: try again, with the same
 * token if nothing is to be stored twice. The producer itself does not try again: rows that were
 * half sent are the route's to send.
 *
 * <pre>
 * .to("clickhouse:user_login?format=JSONEachRow&amp;token=${header.token}")
 * </pre>
 */
@UriEndpoint(
        firstVersion = "1.0.0",
        scheme = "clickhouse",
        title = "ClickHouse",
        syntax = "clickhouse:table",
        producerOnly = true,
        category = {Category.DATABASE})
public final class ClickHouseEndpoint extends DefaultEndpoint {
    /** A header with a map of values for {@code {name:Type}} in the query. */
    public static final String PARAMETERS = "ClickHouseParameters";

    @UriPath(description = "The table, with its database if it is not the connection's own.")
    @Metadata(required = true)
    private final String table;

    @UriParam(
            defaultValue = "JSONEachRow",
            description = "How the body is written: one of ClickHouse's input formats.")
    private ClickHouseFormat format = ClickHouseFormat.JSONEachRow;

    @UriParam(
            description =
                    "The insert's deduplication token, in the simple language. The same token again"
                            + " stores nothing twice, in the table or behind its views, and fills"
                            + " the views that the first try did not reach.")
    private String token;

    @UriParam(description = "The columns that the body fills, separated by commas; all by default.")
    private String columns;

    @UriParam(
            prefix = "settings.",
            multiValue = true,
            description = "Settings of the server for this insert or query.")
    private final Map<String, String> settings = new HashMap<>();

    @UriParam(
            description =
                    "A statement to run instead of an insert, or its file as classpath:..., in"
                        + " which {table} is the table; or a simple expression that gives one. Its"
                        + " answer is a list of maps, by column name.")
    private String query;

    @UriParam(
            description =
                    "Values for {name:Type} in the query, as a simple expression that gives a map."
                            + " The server binds them, so they need no quotes. By default the"
                            + " header ClickHouseParameters.")
    private String parameters;

    @UriParam(description = "The header that gets the answer; the body by default.")
    private String outputHeader;

    ClickHouseEndpoint(String uri, ClickHouseComponent component, String table) {
        super(uri, component);
        this.table = table;
    }

    @Override
    public ClickHouseComponent getComponent() {
        return (ClickHouseComponent) super.getComponent();
    }

    @Override
    public Producer createProducer() {
        return new ClickHouseProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException("clickhouse: takes rows, it gives none by itself");
    }

    public String getTable() {
        return table;
    }

    public ClickHouseFormat getFormat() {
        return format;
    }

    public void setFormat(ClickHouseFormat format) {
        this.format = format;
    }

    public String getToken() {
        return token;
    }

    public void setToken(String token) {
        this.token = token;
    }

    public String getColumns() {
        return columns;
    }

    public void setColumns(String columns) {
        this.columns = columns;
    }

    List<String> columnNames() {
        return columns == null ? List.of() : List.of(columns.split(" *, *"));
    }

    public Map<String, String> getSettings() {
        return settings;
    }

    public String getQuery() {
        return query;
    }

    public void setQuery(String query) {
        this.query = query;
    }

    public String getParameters() {
        return parameters;
    }

    public void setParameters(String parameters) {
        this.parameters = parameters;
    }

    public String getOutputHeader() {
        return outputHeader;
    }

    public void setOutputHeader(String outputHeader) {
        this.outputHeader = outputHeader;
    }
}
