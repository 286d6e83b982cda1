package routes.sink;

import static routes.clickhouse.ClickHouse.number;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import routes.kafka.AnnouncedRange;
import routes.pipeline.NeedsPerson;

/**
 * The materialized views that a table's inserts run through, one behind the other, in any database,
 * as sql/clickhouse/sink/views.sql tells of them.
 */
final class Views {
    /** An insert comes at most so long after the look at the views. */
    private static final int DEADLINE_SECONDS = 30;

    /**
     * ClickHouse tells in whole seconds when a table was changed: an insert comes in a later one
     * than that, and than the same change by another worker, which follows immediately.
     */
    private static final String LATER_SECOND = "SELECT sleep(3)";

    private static final String GRANT =
            "GRANT SHOW TABLES, SHOW COLUMNS, SELECT, INSERT, ALTER ON ";

    private final String base;
    private final List<Map<String, Object>> behind = new ArrayList<>();

    /**
     * @param all every view of the server
     */
    Views(List<Map<String, Object>> all) {
        base = all.isEmpty() ? "" : (String) all.get(0).get("base");
        Deque<Object> places = new ArrayDeque<>(List.of(base));
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
     * Statements that make the views' tables have these settings: one that forgets tokens would
     * take a repeated insert twice. When they have ended, no table of a view that does not tell
     * what it has was changed in this second.
     *
     * @throws NeedsPerson when a view fills what cannot leave out a repeated insert, or when
     *     Caravan may not see it
     */
    List<String> missing(TableSettings settings) {
        Set<String> statements = new LinkedHashSet<>();
        boolean waits = false;
        for (Map<String, Object> view : behind) {
            requireSeen(view);
            String target = (String) view.get("target");
            String engine = (String) view.get("engine");
            if (target.isEmpty()) {
                throw refused(
                        view,
                        "keeps its rows in a hidden table: create it with TO and a table of its"
                                + " own");
            }
            if (engine.isEmpty()) {
                throw refused(
                        view,
                        "fills %s, which is not there, or is not visible to Caravan's account:"
                                        .formatted(target)
                                + " create it, or DROP the view, or "
                                + GRANT
                                + target);
            }
            if (!engine.endsWith("MergeTree") && !engine.equals("Null")) {
                throw refused(
                        view,
                        "fills %s, a table of the engine %s, which would take a repeated insert twice:"
                                        .formatted(target, engine)
                                + " let it fill a MergeTree table");
            }
            Optional<String> missing = settings.missing(target, view);
            missing.ifPresent(statements::add);
            waits |=
                    !tellsWhatItHas(view)
                            && (missing.isPresent() || number(view, "just_changed") > 0);
        }
        if (waits) {
            statements.add(LATER_SECOND);
        }
        return List.copyOf(statements);
    }

    /**
     * True if a look tells of each of them whether it has a batch: it fills the list of keys, or a
     * table that says up to which offset it has been filled. One that was created after the batch
     * came in, or in the same second, is not to get it by a repetition.
     *
     * @param since when the batch's rows came in, in seconds
     */
    boolean tellWhatTheyHave(long since) {
        return behind.stream()
                .filter(view -> number(view, "created") < since)
                .allMatch(this::tellsWhatItHas);
    }

    private boolean tellsWhatItHas(Map<String, Object> view) {
        return view.get("source").equals(base)
                && (number(view, "marked") > 0 || view.get("target_place").equals(base + "_keys"));
    }

    /**
     * Makes sure that no view counts a batch twice that was tried before: one that was created
     * after a try had looked at the views, and before its insert, while the view's table remembered
     * no tokens yet. Only a table that was changed after the batch had come in can be such a one.
     *
     * @param since when the batch's rows came in, in seconds; 0 if none have
     * @throws NeedsPerson naming the view, if it does not tell what it has, or may not be seen
     */
    void requireCertain(AnnouncedRange batch, long since) {
        for (Map<String, Object> view : behind) {
            requireSeen(view);
            long created = number(view, "created");
            if (!tellsWhatItHas(view)
                    && since > 0
                    && created >= since - DEADLINE_SECONDS - 1
                    && number(view, "changed") >= since) {
                throw new NeedsPerson(
                        ("the view %s was created while %s was being inserted, and nothing tells"
                                        + " how often %s has these rows. Drop the view, and the"
                                        + " batch goes on; then create the view again, with an"
                                        + " empty table, and fill that from %s")
                                .formatted(
                                        view.get("view"),
                                        batch,
                                        view.get("target_place"),
                                        view.get("source")));
            }
        }
    }

    /** ClickHouse names a view that the account may not see, and tells nothing else of it. */
    private static void requireSeen(Map<String, Object> view) {
        if (number(view, "visible") == 0) {
            throw refused(
                    view,
                    "is not visible to Caravan's account, so nothing tells whether a repeated"
                            + " insert counts twice in it: "
                            + GRANT
                            + view.get("view")
                            + " and the table that it fills, or DROP it");
        }
    }

    private static NeedsPerson refused(Map<String, Object> view, String why) {
        return new NeedsPerson(
                "the view %s of table %s %s".formatted(view.get("view"), view.get("source"), why));
    }
}
