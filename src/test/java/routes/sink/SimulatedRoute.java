package routes.sink;

import java.util.List;
import java.util.Map;
import java.util.Set;
import routes.kafka.SimulatedKafka.Handed;
import routes.pipeline.NeedsPerson;

/**
 * One range on its way through {@link SinkRoute} and {@link RecoveryRoute}, step by step: the
 * sink's own beans decide, between any two steps the process can be killed or frozen.
 */
final class SimulatedRoute {
    /** What it does at a time, and the steps of the routes that this stands for, in their order. */
    enum Step {
        CHECK("check"),
        LOOK_UP(
                "until-in",
                "look-up",
                "views-changed",
                "make-views-safe",
                "look-views",
                "missing-settings",
                "each-setting",
                "set",
                "views-safe",
                "leave-out",
                "tried"),
        LOOK_TRIED("look-tried", "look-tried-views", "certain-tried-views", "leave-out-tried"),
        INSERT("still-ours", "try", "any-rows", "insert", "repeated"),
        RECOVER("recover", "begin-recovery", "recovery"),
        LOOK("until-seen", "pause", "look-rows", "found", "missing"),
        CREATE("create-repair"),
        LOOK_REPAIR("batch-name", "look-repair", "no-batch-name", "found-in-repair", "to-repair"),
        INSERT_REPAIR("insert-repair"),
        MOVE("parts", "each-part", "move"),
        LOOK_AGAIN("look-again", "found-again", "missing-again", "drop-repair", "still-missing"),
        KEYS(
                "until-keys",
                "look-keys",
                "found-keys",
                "key-missing",
                "keys",
                "insert-keys",
                "recovery-again"),
        LOOK_VIEWS("views"),
        LOOK_VIEW("each-view", "marked-view", "look-statement", "look-view", "until-filled"),
        FILL_VIEW("fill-statement", "fill-view", "look-statement-again", "look-view-again"),
        CERTAIN("certain-views", "batch-again"),
        END("inserted");

        final List<String> ids;

        Step(String... ids) {
            this.ids = List.of(ids);
        }
    }

    /** Steps that it leaves out: its table's columns never change, and its records are good. */
    static final Set<String> LEFT_OUT =
            Set.of("doubtful", "columns", "check-again", "report", "refused-rows", "narrow");

    /** Of the view with marks, as much as its repair asks for. */
    private static final Map<String, Object> VIEW =
            Map.of("target", "x_daily", "columns", "key", "as_select", "SELECT key FROM x");

    private final Sink sink;
    private final SimulatedClickHouse clickHouse;
    private final Handed handed;
    private final Behaviour behaviour;
    private Step step = Step.CHECK;
    private SinkBatch batch;
    private Recovery recovery;
    private SimulatedClickHouse.Insert insert;
    private String deadline;
    private List<Map<String, Object>> views;

    SimulatedRoute(Sink sink, SimulatedClickHouse clickHouse, Handed handed, Behaviour behaviour) {
        this.sink = sink;
        this.clickHouse = clickHouse;
        this.handed = handed;
        this.behaviour = behaviour;
    }

    /** True when the exchange has ended. */
    boolean advance() {
        try {
            if (insert != null) {
                if (!insert.answered()) {
                    return false;
                }
                insert = null;
            }
            if (step == Step.END) {
                sink.inserted(batch);
                handed.end(true);
                return true;
            }
            clickHouse.tell(
                    () ->
                            "runtime "
                                    + sink.hashCode() % 1000
                                    + ": "
                                    + step
                                    + " of "
                                    + handed.range());
            step = next();
            return false;
        } catch (RuntimeException e) {
            clickHouse.tell(() -> step + " fails: " + e.getMessage());
            if (e instanceof NeedsPerson) {
                clickHouse.askPerson();
            }
            handed.end(false);
            return true;
        }
    }

    void loseAnswer() {
        if (insert != null) {
            insert.loseAnswer();
        }
    }

    private Step next() {
        switch (step) {
            case CHECK:
                batch = sink.check(handed.range());
                return Step.LOOK_UP;
            case LOOK_UP:
                return lookUp(clickHouse.standing(batch.getLookUp()));
            case LOOK_TRIED:
                List<Map<String, Object>> tried = clickHouse.tried(batch.getName());
                if (behaviour.asksWhenUncertain()) {
                    sink.requireCertainBefore(batch, tried, clickHouse.views());
                }
                sink.leaveOutWhatIsIn(batch, tried, clickHouse.views());
                return Step.INSERT;
            case INSERT:
                sink.stillOurs(batch);
                if (batch.isToInsert()) {
                    insert = clickHouse.insert(batch.getToken(), batch);
                }
                return batch.isTried() && !batch.getRows().isEmpty() ? Step.RECOVER : Step.END;
            case RECOVER:
                recovery = sink.recovery(batch);
                return Step.LOOK;
            case LOOK:
                if (recovery.looks()) {
                    sink.found(recovery, clickHouse.offsets(batch.getName()));
                    return Step.LOOK;
                }
                return recovery.isMissing() ? Step.CREATE : Step.KEYS;
            case KEYS:
                sink.foundKeys(recovery, clickHouse.keys(batch.getLookUp()));
                if (recovery.isKeyMissing()) {
                    insert = clickHouse.insertKeys(token("x_keys"), recovery.getKeys());
                }
                return recovery.looksForKeys() && behaviour.looksBehindRepairs()
                        ? Step.KEYS
                        : Step.LOOK_VIEWS;
            case LOOK_VIEWS:
                views = clickHouse.views();
                return Step.LOOK_VIEW;
            case LOOK_VIEW:
                deadline =
                        clickHouse.unfilled(
                                handed.range().partition().partition(), recovery.firstOffset());
                return deadline == null ? Step.CERTAIN : Step.FILL_VIEW;
            case FILL_VIEW:
                recovery.fill(VIEW, Map.of("deadline", deadline));
                insert = clickHouse.fill(token("x_daily"), batch.getToken(), deadline);
                return behaviour.looksBehindRepairs() ? Step.LOOK_VIEW : Step.CERTAIN;
            case CERTAIN:
                if (behaviour.asksWhenUncertain()) {
                    sink.requireCertain(recovery, views);
                }
                return Step.END;
            default:
                return repair();
        }
    }

    private String token(String place) {
        return behaviour.looksBehindRepairs()
                ? recovery.token(place, place)
                : batch.getToken() + '/' + place;
    }

    private Step lookUp(List<Map<String, Object>> standing) {
        if (behaviour.looksAtViews() && sink.viewsChanged(standing)) {
            for (String statement : sink.missingSettings(clickHouse.views())) {
                if (statement.startsWith("ALTER")) {
                    clickHouse.widen();
                } else {
                    clickHouse.pass(3_000);
                }
            }
            sink.viewsSafe(standing);
        }
        sink.leaveOutDuplicates(batch, standing);
        return batch.isTried() && behaviour.looksAtOwnRows() ? Step.LOOK_TRIED : Step.INSERT;
    }

    private Step repair() {
        String name = behaviour.ownRepairTable() ? recovery.getRepair() : "x_repair";
        switch (step) {
            case CREATE:
                clickHouse.createRepair(name, !behaviour.ownRepairTable());
                return Step.LOOK_REPAIR;
            case LOOK_REPAIR:
                sink.foundInRepair(recovery, clickHouse.inRepair(name, batch.getName()));
                return recovery.isToRepair() ? Step.INSERT_REPAIR : Step.MOVE;
            case INSERT_REPAIR:
                insert =
                        clickHouse.insertRepair(
                                name,
                                behaviour.ownRepairTable() ? batch.getToken() : null,
                                recovery);
                return Step.MOVE;
            case MOVE:
                clickHouse.move(name);
                if (!behaviour.ownRepairTable()) {
                    clickHouse.dropRepair(name);
                    return Step.KEYS;
                }
                return Step.LOOK_AGAIN;
            default:
                sink.found(recovery, clickHouse.offsets(batch.getName()));
                if (recovery.isMissing()) {
                    clickHouse.dropRepair(name);
                    sink.stillMissing(recovery);
                }
                return Step.KEYS;
        }
    }

    /** What the protocol does; each can be put back to how it was. */
    record Behaviour(
            boolean looksAtViews,
            boolean looksAtOwnRows,
            boolean deadlines,
            boolean ownRepairTable,
            boolean topicInTheNote,
            boolean findsTheLast,
            boolean namesReadings,
            boolean asksWhenUncertain,
            boolean mistrustsOldTokens,
            boolean looksBehindRepairs) {
        /**
         * True if nothing but one of the last is missing, so that it is seen what that one does.
         */
        boolean canLosePower() {
            return looksAtViews
                    && looksAtOwnRows
                    && deadlines
                    && ownRepairTable
                    && topicInTheNote
                    && findsTheLast
                    && namesReadings
                    && asksWhenUncertain;
        }
    }
}
