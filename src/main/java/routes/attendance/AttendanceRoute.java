package routes.attendance;

import org.apache.camel.builder.RouteBuilder;

/**
 * Clicks of the electronic journal, with what the directories know of the people, keyed by ID.
 *
 * <p>A batch is committed once Kafka has all of it. What fails for want of a directory or a broker
 * is tried again as a whole, by the consumer: a click may be sent twice, under the same key, and is
 * never sent without its people or left out.
 */
public final class AttendanceRoute extends RouteBuilder {
    // spotless:off
    @Override
    public void configure() {
        routeTemplate("attendance")
            .templateParameter("topic")
            .templateParameter("enriched")
            .templateParameter("group")
            .templateParameter("rows")
            .templateParameter("bytes")
            .templateParameter("linger")
            .templateParameter("workers")
            .from("ranges:{{topic}}?groupId={{group}}&rows={{rows}}&bytes={{bytes}}&linger={{linger}}&workers={{workers}}")
                .routeId("attendance")
                .errorHandler(noErrorHandler())
                .to("bean:attendance?method=read")
                .to("direct:dead-letters-attendance-clicks")
                .to("bean:attendance?method=enrich")
                .filter(simple("${body.size} > 0"))
                    .to("kafka:{{enriched}}?compressionCodec=lz4")
                .end()
                .to("bean:attendance?method=sent");
    }
    // spotless:on
}
