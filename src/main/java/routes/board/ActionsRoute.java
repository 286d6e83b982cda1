package routes.board;

import org.apache.camel.builder.RouteBuilder;

/** What people did on the board, into a small table, so that it is known after a restart. */
public final class ActionsRoute extends RouteBuilder {
    /** What creates the table. */
    public static final String TABLE = "classpath:sql/clickhouse/board/actions.sql";

    // spotless:off
    @Override
    public void configure() {
        from("scheduler:board-actions?delay=1000&initialDelay=0&exceptionHandler=#quiet")
            .routeId("board-actions").routeDescription("What people did on the board, into ClickHouse")
            .errorHandler(noErrorHandler())
            .to("bean:board-actions?method=unwritten").id("board-actions-unwritten")
            .filter(body().isNotNull()).id("board-actions-any")
                .setVariable("token", simple("${body.token}")).id("board-actions-token")
                .setBody(simple("${body.rows}")).id("board-actions-rows")
                .marshal().json().id("board-actions-json")
                .to("clickhouse:board_actions?columns=time,runtime,user,action,what,result,said&token=${variable.token}").id("board-actions-insert")
                .to("bean:board-actions?method=written").id("board-actions-written")
            .end();
    }
    // spotless:on
}
