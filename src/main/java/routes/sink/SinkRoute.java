package routes.sink;

import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import routes.clickhouse.ClickHouseRefused;

/**
 * A topic into a ClickHouse table, exactly once in effect.
 *
 * <p>What fails for want of a server is tried again as a whole, by the consumer, with the same
 * token: no step here skips a batch. Records that ClickHouse will never take go to the dead-letter
 * topic before their neighbours are inserted.
 */
public final class SinkRoute extends RouteBuilder {
    private static final String BATCH = "sinkBatch";

    // spotless:off
    @Override
    public void configure() {
        routeTemplate("sink")
            .templateParameter("name")
            .templateParameter("topic")
            .templateParameter("group")
            .templateParameter("rows")
            .templateParameter("bytes")
            .templateParameter("linger")
            .templateParameter("workers")
            .from("ranges:{{topic}}?groupId={{group}}&rows={{rows}}&bytes={{bytes}}&linger={{linger}}&workers={{workers}}")
                .routeId("sink-{{name}}")
                .errorHandler(noErrorHandler())
                .to("bean:sink-{{name}}?method=check")
                .setProperty(BATCH, body())
                .loopDoWhile(SinkRoute::isOpen)
                    .to("bean:sink-{{name}}?method=leaveOutDuplicates")
                    .to("direct:dead-letters-{{name}}")
                    .doTry()
                        .to("bean:sink-{{name}}?method=insert")
                    .doCatch(ClickHouseRefused.class)
                        .to("bean:sink-{{name}}?method=narrow")
                    .end()
                .end();
    }
    // spotless:on

    private static boolean isOpen(Exchange exchange) {
        return exchange.getException() == null
                && exchange.getProperty(BATCH, SinkBatch.class).isOpen();
    }
}
