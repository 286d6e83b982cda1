package routes.board;

import org.apache.camel.builder.RouteBuilder;

/** Pauses that hold in all runtimes are rows of a table: each runtime looks at it. */
final class PausesRoute extends RouteBuilder {
    // spotless:off
    @Override
    public void configure() {
        from("scheduler:pauses?delay=2000&initialDelay=0&exceptionHandler=#quiet")
            .routeId("pauses").routeDescription("Which pipelines are paused in all runtimes")
            .onException(Exception.class)
                .handled(true)
                .to("bean:pauses?method=unknown").id("pauses-unknown")
            .end()
            .setVariable("changes").method("pauses", "changes").id("pauses-changes")
            .to("sql:classpath:sql/postgres/board/pauses/kept.sql?dataSource=#postgres&outputType=SelectOne").id("pauses-kept")
            .filter(body().isNotNull()).id("pauses-if-kept")
                .to("sql:classpath:sql/postgres/board/pauses/all.sql?dataSource=#postgres").id("pauses-all")
            .end()
            .to("bean:pauses?method=looked").id("pauses-looked");
    }
    // spotless:on
}
