package routes.sink;

import static routes.clickhouse.ClickHouse.number;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The materialized views that a table's inserts run through, one behind the other, in any database,
 * as sql/clickhouse/sink/views.sql tells of them.
 */
final class Views {
    /** How many inserts' tokens a table has to remember. */
    static final long WINDOW = 10_000;

    private final List<Map<String, Object>> behind = new ArrayList<>();

    /**
     * @param all every view of the server
     */
    Views(List<Map<String, Object>> all) {
        Deque<Object> places = new ArrayDeque<>();
        all.stream().limit(1).forEach(row -> places.add(row.get("base")));
        Set<Object> seen = new HashSet<>(places);
        while (!places.isEmpty()) {
            Object place = places.poll();
            for (Map<String, Object> view : all) {
                if (view.get("source").equals(place)) {
                    behind.add(view);
                    if (seen.add(view.get("target_place"))) {
                        places.add(view.get("target_place"));
                    }
                }
            }
        }
    }

    /**
     * Statements that make the views' tables remember the tokens of inserts: one that forgets them
     * would take a repeated insert twice.
     *
     * @throws IllegalStateException when a view fills what cannot leave out a repeated insert
     */
    List<String> widening() {
        Set<String> statements = new LinkedHashSet<>();
        for (Map<String, Object> view : behind) {
            String target = (String) view.get("target");
            String engine = (String) view.get("engine");
            if (target.isEmpty()) {
                throw refused(
                        view,
                        "keeps its rows in a hidden table: create it with TO and a table of its"
                                + " own");
            }
            if (!engine.endsWith("MergeTree") && !Set.of("", "Null").contains(engine)) {
                throw refused(
                        view,
                        "fills %s, a table of the engine %s, which would take a repeated insert twice:"
                                        .formatted(target, engine)
                                + " let it fill a MergeTree table");
            }
            if (engine.endsWith("MergeTree")
                    && !engine.startsWith("Replicated")
                    && !engine.startsWith("Shared")
                    && number(view, "window") < WINDOW) {
                statements.add(widening(target));
            }
        }
        return List.copyOf(statements);
    }

    static String widening(String table) {
        return "ALTER TABLE %s MODIFY SETTING non_replicated_deduplication_window = %d"
                .formatted(table, WINDOW);
    }

    private static IllegalStateException refused(Map<String, Object> view, String why) {
        return new IllegalStateException(
                "the view %s of table %s %s".formatted(view.get("view"), view.get("source"), why));
    }
}
