package routes.daily;

import org.apache.camel.builder.RouteBuilder;
import routes.clickhouse.ClickHouseEndpoint;

/**
 * Keeps a {@link LineEdit}: each load of its day from then on reads the edited text in the place of
 * the rejected line. It fails with {@link EditRefused} where the edited text is no event.
 */
final class LineEditRoute extends RouteBuilder {
    private static final String SQL = "?query=classpath:sql/clickhouse/daily/";

    // spotless:off
    @Override
    public void configure() {
        from("direct:load-edit")
            .routeId("load-edit").description("Keeps an edit of a rejected line, for the loads of its day")
            .errorHandler(noErrorHandler())
            .setVariable("edit", body()).id("set-edit")
            .setHeader(ClickHouseEndpoint.PARAMETERS, method("line-edits", "place")).id("edit-place")
            .to("clickhouse:raw.rejected_lines" + SQL + "rejected_line.sql&outputHeader=found").id("look-rejected")
            .to("bean:line-edits?method=requireRejected").id("require-rejected")
            .setHeader(ClickHouseEndpoint.PARAMETERS, method("line-edits", "text")).id("edit-text")
            .setVariable("statement", method("line-edits", "statement")).id("edit-statement")
            .to("clickhouse:raw.rejected_lines?query=${variable.statement}&outputHeader=checked").id("check-edit")
            .to("bean:line-edits?method=requireGood").id("require-good")
            .removeHeader(ClickHouseEndpoint.PARAMETERS).id("no-edit-text")
            .transform().method("line-edits", "row").id("edit-row")
            .to("clickhouse:raw.edited_lines?columns=day,line_number,rejected,text").id("keep-edit");
    }
    // spotless:on
}
