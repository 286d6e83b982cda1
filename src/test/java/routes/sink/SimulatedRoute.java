package routes.sink;

import java.util.List;
import java.util.Map;
import routes.kafka.AnnouncedRange;
import routes.kafka.SimulatedKafka.Handed;

/**
 * One range on its way through {@link SinkRoute} and {@link RecoveryRoute}, step by step: the
 * sink's own beans decide, between any two steps the process can be killed or frozen.
 */
final class SimulatedRoute {
    private enum Step {
        CHECK,
        LOOK_UP,
        LOOK_TRIED,
        INSERT,
        RECOVER,
        LOOK,
        CREATE,
        INSERT_REPAIR,
        MOVE,
        LOOK_AGAIN,
        KEYS,
        LOOK_VIEW,
        FILL_VIEW,
        END
    }

    private final Sink sink;
    private final SimulatedClickHouse clickHouse;
    private final Handed handed;
    private final Behaviour behaviour;
    private Step step = Step.CHECK;
    private SinkBatch batch;
    private Recovery recovery;
    private SimulatedClickHouse.Insert insert;
    private String deadline;

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
                sink.leaveOutWhatIsIn(batch, clickHouse.tried(batch.getName()));
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
                    clickHouse.insertKeys(batch.getToken() + "/keys", recovery.getKeys());
                }
                return Step.LOOK_VIEW;
            case LOOK_VIEW:
                AnnouncedRange range = handed.range();
                deadline = clickHouse.unfilled(range.partition().partition(), range.start());
                return deadline == null ? Step.END : Step.FILL_VIEW;
            case FILL_VIEW:
                clickHouse.fill(batch.getToken(), deadline);
                return Step.END;
            default:
                return repair();
        }
    }

    private Step lookUp(List<Map<String, Object>> standing) {
        if (behaviour.looksAtViews() && sink.viewsChanged(standing)) {
            sink.widening(clickHouse.views()).forEach(statement -> clickHouse.widen());
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
                return Step.INSERT_REPAIR;
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
            boolean topicInTheNote) {}
}
