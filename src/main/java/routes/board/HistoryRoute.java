package routes.board;

import org.apache.camel.builder.RouteBuilder;

/** How each pipeline does, now and then into a small table, so that it is known after a restart. */
public final class HistoryRoute extends RouteBuilder {
    /** What creates the table. */
    public static final String TABLE = "classpath:sql/clickhouse/board/pipeline_history.sql";

    // spotless:off
    @Override
    public void configure() {
        from("scheduler:board-history?delay=10000&initialDelay=0&exceptionHandler=#quiet")
            .routeId("board-history").routeDescription("How each pipeline does, into ClickHouse, for the board")
            .errorHandler(noErrorHandler())
            .to("bean:board-history?method=unwritten").id("board-history-unwritten")
            .filter(body().isNotNull()).id("board-history-any")
                .setVariable("token", simple("${body.token}")).id("board-history-token")
                .setBody(simple("${body.rows}")).id("board-history-rows")
                .marshal().json().id("board-history-json")
                .to("clickhouse:pipeline_history?columns=runtime,pipeline,moved,waiting,timed,fresh,slowest,shared,goal,late&token=${variable.token}").id("board-history-insert")
                .to("bean:board-history?method=written").id("board-history-written")
            .end();
    }
    // spotless:on
}
