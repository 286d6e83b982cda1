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
            .routeId("cinema-replication")
            .errorHandler(noErrorHandler())
            .to("bean:cinema-replication?method=measure");

        from("scheduler:cinema-models?delay=5000&initialDelay=0&exceptionHandler=#quiet")
            .routeId("cinema-models")
            .errorHandler(noErrorHandler())
            .to("bean:cinema-models?method=look")
            .to("bean:mart-states?method=seen(" + Models.GROUP + ", ${body})");

        from("scheduler:cinema-left-out?delay=60000&initialDelay=0&exceptionHandler=#quiet")
            .routeId("cinema-left-out")
            .errorHandler(noErrorHandler())
            .to("bean:cinema-models?method=count");

        if (generator.on()) {
            from(QUARTZ + ":cinema/generator?stateful=true&cron=" + generator.cron().replace(' ', '+'))
                .routeId("cinema-generator")
                .to("direct:cinema-sessions");
        }

        // Viewing sessions, each event written when its time has come.
        from("direct:cinema-sessions")
            .routeId("cinema-sessions")
            .errorHandler(noErrorHandler())
            .to("bean:cinema-generator?method=sessions")
            .split(body()).stopOnException()
                .delay(method("cinema-generator", "millisUntil"))
                .to("sql:classpath:sql/postgres/replication/insert_event.sql?dataSource=#postgres");
    }
    // spotless:on
}
