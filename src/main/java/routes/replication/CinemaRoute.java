package routes.replication;

import org.apache.camel.builder.RouteBuilder;

/** What the viewing events need beside their outbox and their sink. */
final class CinemaRoute extends RouteBuilder {
    /** The name of its Quartz component: the jobs' one keeps its schedules for all runtimes. */
    static final String QUARTZ = "cinema-quartz";

    private final GeneratorSettings generator;

    CinemaRoute(GeneratorSettings generator) {
        this.generator = generator;
    }

    // spotless:off
    @Override
    public void configure() {
        from("scheduler:cinema-replication?delay=5000&initialDelay=0&exceptionHandler=#quiet")
            .routeId("cinema-replication").description("Checks the progress of the subscription")
            .errorHandler(noErrorHandler())
            .to("bean:cinema-replication?method=measure").id("measure-replication");

        from("scheduler:cinema-models?delay=5000&initialDelay=0&exceptionHandler=#quiet")
            .routeId("cinema-models").description("Checks that the viewing sessions are fresh and valid")
            .errorHandler(noErrorHandler())
            .to("clickhouse:system.view_refreshes?query=classpath:sql/clickhouse/models/views.sql&outputHeader=views").id("viewing-views")
            .to("bean:cinema-models?method=look").id("viewing-states")
            .to("bean:mart-states?method=seen(" + ViewingModels.GROUP + ", ${body})").id("viewing-seen");

        from("scheduler:cinema-left-out?delay=60000&initialDelay=0&exceptionHandler=#quiet")
            .routeId("cinema-left-out").description("Counts the viewing events that no session can be made of")
            .errorHandler(noErrorHandler())
            .to("clickhouse:staging.viewing_events_left_out?query=classpath:sql/clickhouse/replication/left_out.sql&outputHeader=left-out").id("count-left-out")
            .to("bean:cinema-models?method=leftOut").id("left-out");

        if (generator.on()) {
            from(QUARTZ + ":cinema/generator?stateful=true&cron=" + generator.cron().replace(' ', '+'))
                .routeId("cinema-generator").description("Makes up viewing sessions on a schedule")
                .to("direct:cinema-sessions").id("generate");
        }

        from("direct:cinema-sessions")
            .routeId("cinema-sessions").description("Viewing sessions to the publisher, each event when its time has come")
            .errorHandler(noErrorHandler())
            .to("bean:cinema-generator?method=sessions").id("make-sessions")
            .split(body()).stopOnException().id("each-event")
                .delay(method("cinema-generator", "millisUntil")).id("until-due").end()
                .to("sql:classpath:sql/postgres/replication/insert_event.sql?dataSource=#postgres").id("insert-event");
    }
    // spotless:on
}
