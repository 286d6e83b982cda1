package routes.marts;

import static routes.clickhouse.ClickHouse.number;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import routes.clickhouse.ServerMessage;

/**
 * The state of a view, as ClickHouse tells it.
 *
 * @param definition its comment
 * @param built null if never
 * @param seconds null if the server was started since
 * @param problem empty if there is none
 */
record ViewState(
        String definition,
        long rows,
        Instant built,
        Double seconds,
        boolean running,
        String problem) {
    /** From the rows of models/views.sql, by the views' names. */
    static Map<String, ViewState> all(List<Map<String, Object>> rows) {
        return rows.stream()
                .collect(Collectors.toMap(row -> (String) row.get("name"), ViewState::of));
    }

    private static ViewState of(Map<String, Object> row) {
        long built = number(row, "built");
        long seen = built == 0 ? number(row, "inner_built") : built;
        return new ViewState(
                (String) row.get("definition"),
                number(row, "rows"),
                seen == 0 ? null : Instant.ofEpochSecond(seen),
                built == 0 ? null : number(row, "ms") / 1e3,
                "Running".equals(row.get("status")),
                ServerMessage.plain((String) row.get("exception")));
    }

    /** True if it was made from another text, or is not there. */
    static boolean outdated(View view, Map<String, ViewState> states) {
        ViewState state = states.get(view.name());
        return state == null || !state.definition().endsWith(view.definition());
    }
}
