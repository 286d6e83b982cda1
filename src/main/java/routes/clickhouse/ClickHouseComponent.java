package routes.clickhouse;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.util.PropertiesHelper;

/** {@code clickhouse:TABLE}: see {@link ClickHouseEndpoint}. One component is one server. */
@Component("clickhouse")
public final class ClickHouseComponent extends DefaultComponent {
    private final ClickHouse clickHouse;

    /**
     * @param clickHouse the server; whoever made it closes it
     */
    public ClickHouseComponent(ClickHouse clickHouse) {
        this.clickHouse = clickHouse;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String table, Map<String, Object> parameters)
            throws Exception {
        ClickHouseEndpoint endpoint = new ClickHouseEndpoint(uri, this, table);
        PropertiesHelper.extractProperties(parameters, "settings.")
                .forEach((name, value) -> endpoint.getSettings().put(name, value.toString()));
        setProperties(endpoint, parameters);
        return endpoint;
    }

    ClickHouse clickHouse() {
        return clickHouse;
    }
}
