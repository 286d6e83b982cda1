package routes.clickhouse;

import com.clickhouse.data.ClickHouseFormat;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;
import routes.sql.SqlFile;

/** One insert or one query an exchange. */
final class ClickHouseProducer extends DefaultProducer {
    private final ClickHouseEndpoint endpoint;
    private Expression token;
    private String query;
    private Expression computed;
    private Expression parameters;

    ClickHouseProducer(ClickHouseEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        token = simple(endpoint.getToken());
        parameters = simple(endpoint.getParameters());
        query = endpoint.getQuery();
        if (query != null && query.startsWith("${")) {
            computed = simple(query);
        } else if (query != null) {
            query =
                    (SqlFile.isLocation(query) ? SqlFile.text(query) : query)
                            .replace("{table}", endpoint.getTable());
        }
    }

    private Expression simple(String text) {
        return text == null
                ? null
                : endpoint.getCamelContext().resolveLanguage("simple").createExpression(text);
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        if (query == null) {
            insert(exchange);
        } else {
            ask(exchange);
        }
    }

    private void insert(Exchange exchange) throws Exception {
        Map<String, String> settings = new HashMap<>(endpoint.getSettings());
        if (token != null) {
            String value = token.evaluate(exchange, String.class);
            if (value == null || value.isEmpty()) {
                throw new CamelExchangeException(
                        "The token of an insert into " + endpoint.getTable() + " is empty",
                        exchange);
            }
            settings.put("insert_deduplication_token", value);
        }
        Message message = exchange.getMessage();
        if (message.getBody() instanceof Rows rows) {
            insert(settings, rows);
        } else {
            try (InputStream in = message.getMandatoryBody(InputStream.class)) {
                insert(settings, in::transferTo);
            }
        }
    }

    private void insert(Map<String, String> settings, Rows rows) throws ClickHouseRefused {
        endpoint.getComponent()
                .clickHouse()
                .insert(
                        endpoint.getTable(),
                        endpoint.columnNames(),
                        rows.isNative() ? ClickHouseFormat.Native : endpoint.getFormat(),
                        settings,
                        rows);
    }

    @SuppressWarnings("unchecked")
    private void ask(Exchange exchange) {
        Map<String, Object> values =
                parameters == null
                        ? exchange.getMessage()
                                .getHeader(ClickHouseEndpoint.PARAMETERS, Map.of(), Map.class)
                        : parameters.evaluate(exchange, Map.class);
        List<Map<String, Object>> answer =
                endpoint.getComponent()
                        .clickHouse()
                        .rows(
                                computed == null
                                        ? query
                                        : computed.evaluate(exchange, String.class),
                                values,
                                endpoint.getSettings());
        if (endpoint.getOutputHeader() == null) {
            exchange.getMessage().setBody(answer);
        } else {
            exchange.getMessage().setHeader(endpoint.getOutputHeader(), answer);
        }
    }
}
