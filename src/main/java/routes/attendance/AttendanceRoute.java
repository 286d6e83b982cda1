package routes.attendance;

import org.apache.camel.builder.RouteBuilder;
import routes.kafka.Forwarded;

/**
 * Clicks of the electronic journal, with what the directories know of the people, keyed by ID.
 *
 * <p>A batch is committed once Kafka has all of it. What fails for want of a directory or a broker
 * is tried again as a whole, by the consumer: a click may be sent twice, under the same key, and is
 * never sent without its people or left out.
 */
final class AttendanceRoute extends RouteBuilder {
    static final String CLICKS = "clicks";
    static final String PEOPLE = "people";

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
                .description("Clicks, with what the directories know of the people, keyed by ID")
                .errorHandler(noErrorHandler())
                .to("bean:attendance?method=read").id("read")
                .to("direct:dead-letters-attendance-clicks").id("dead-letters")
                .setVariable(CLICKS, body()).id("clicks")
                .setVariable(PEOPLE).method("attendance", "lookUp").id("people-in-cache")
                .filter(simple("${variable.people.missing.size} > 0")).id("people-missing")
                    .toV("direct:people", PEOPLE, PEOPLE).id("people-in-directories")
                .end()
                .to("bean:attendance?method=enrich").id("enrich")
                .filter(simple("${body.size} > 0")).id("any-clicks")
                    .to("kafka:{{enriched}}?compressionCodec=lz4&" + Forwarded.OPTION).id("send")
                .end()
                .to("bean:attendance?method=sent").id("sent");
    }
    // spotless:on
}
