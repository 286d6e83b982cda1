package routes.sink;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.apache.kafka.common.KafkaException;
import routes.clickhouse.columns.Encoding;
import routes.clickhouse.columns.TableColumn;
import routes.kafka.SimulatedKafka;

/**
 * One random history of a sink, from a seed: runtimes that are killed, frozen and continued, a
 * Kafka and a ClickHouse with the faults of real ones. At its end everything works again, and every
 * record has to be in the table once, and once in the view.
 */
final class History {
    private static final RecordCheck CHECK =
            new RecordCheck(
                    // Of a type that goes as JSON lines, which the simulated ClickHouse reads.
                    new Encoding(List.of(new TableColumn("id", "JSON", false)), ZoneOffset.UTC),
                    Set.of(),
                    false);
    private static final SinkMetrics METRICS =
            new SinkMetrics(new CompositeMeterRegistry(), "x", Duration.ofSeconds(5));
    private static final int HEALING_TURNS = 4_000;

    private final SplittableRandom random;
    private final SimulatedRoute.Behaviour behaviour;
    private final SimulatedClickHouse clickHouse;
    private final SimulatedKafka kafka;
    private final List<Runtime> runtimes = new ArrayList<>();
    private final List<SimulatedKafka.Member> dead = new ArrayList<>();
    private final NavigableSet<Integer> sent = new TreeSet<>();
    private final boolean crashes;
    private final boolean losesPower;

    private final class Runtime {
        SimulatedKafka.Member member = kafka.join();
        final Sink sink =
                new Sink(
                        "x",
                        "x",
                        new TableCheck("x.", CHECK, columns -> CHECK, () -> 0),
                        ChangedContent.DEAD_LETTER,
                        new TableSettings(true),
                        METRICS);
        final List<SimulatedRoute> ranges = new ArrayList<>();
        boolean frozen;

        void step() {
            try {
                member.step()
                        .forEach(
                                handed ->
                                        ranges.add(
                                                new SimulatedRoute(
                                                        sink, clickHouse, handed, behaviour)));
            } catch (KafkaException e) {
                clickHouse.tell(() -> "another consumer, after " + e.getCause());
                member.giveUp();
                member = kafka.join();
            }
        }

        void work() {
            if (!ranges.isEmpty()) {
                int chosen = random.nextInt(ranges.size());
                if (ranges.get(chosen).advance()) {
                    ranges.remove(chosen);
                }
            }
        }
    }

    History(long seed, SimulatedRoute.Behaviour behaviour) {
        random = new SplittableRandom(seed);
        crashes = random.nextInt(3) > 0;
        this.behaviour = behaviour;
        losesPower = crashes && behaviour.canLosePower() && random.nextBoolean();
        clickHouse = new SimulatedClickHouse(random, behaviour);
        kafka =
                new SimulatedKafka(
                        random,
                        clickHouse::nowMs,
                        1 + random.nextInt(2),
                        behaviour.topicInTheNote(),
                        behaviour.findsTheLast() ? clickHouse::last : (t, id, p) -> List.of(),
                        behaviour.namesReadings());
    }

    /** What is wrong at the end; empty if nothing is. */
    String run() {
        for (int records = 1 + random.nextInt(6); records > 0; records--) {
            send();
        }
        runtimes.add(new Runtime());
        runtimes.add(new Runtime());
        for (int turns = 25 + random.nextInt(90); turns > 0; turns--) {
            clickHouse.pass(random.nextInt(20));
            turn();
        }
        return heal() ? verdict() : "it does not come to an end";
    }

    /** The clock at the end of its run: any other course of it ends at another time. */
    long endedMs() {
        return clickHouse.nowMs();
    }

    private void send() {
        sent.add(sent.size());
        kafka.append(sent.size() - 1);
    }

    private Runtime any() {
        return runtimes.isEmpty() ? null : runtimes.get(random.nextInt(runtimes.size()));
    }

    private void turn() {
        Runtime runtime = any();
        int chance = random.nextInt(100);
        if (runtime != null && !runtime.frozen && chance < 30) {
            runtime.step();
        } else if (runtime != null && !runtime.frozen && chance < 64) {
            runtime.work();
        } else if (chance < 84) {
            clickHouse.work();
        } else if (chance < 86 && sent.size() < 9) {
            send();
        } else if (chance < 88 && !sent.isEmpty()) {
            kafka.append(random.nextInt(sent.size())); // sent twice
        } else if (chance >= 88) {
            fault(runtime, chance - 88);
        }
    }

    private void fault(Runtime runtime, int kind) {
        clickHouse.tell(() -> "fault " + kind + " of " + runtimes.indexOf(runtime));
        switch (kind) {
            case 0, 1 -> freezeOrContinue(runtime);
            case 2 -> kill(runtime);
            case 3 -> {
                if (runtimes.size() < 3) {
                    runtimes.add(new Runtime());
                }
            }
            case 4 -> {
                if (runtime != null && runtime.frozen) {
                    kafka.expel(runtime.member);
                } else {
                    expelDead();
                }
            }
            case 5 -> {
                if (losesPower) {
                    clickHouse.losePower();
                } else if (crashes) {
                    clickHouse.crash();
                }
            }
            case 6 -> kafka.commitArrives();
            case 7, 8 -> clickHouse.passLong(1_000L + random.nextInt(600_000));
            case 9 -> {
                if (runtime != null && !runtime.ranges.isEmpty()) {
                    runtime.ranges.get(random.nextInt(runtime.ranges.size())).loseAnswer();
                }
            }
            case 10 -> {
                // It does not tell what it has, see docs/limits.md.
                if (!losesPower) {
                    clickHouse.addView();
                }
            }
            default -> beginAnew();
        }
    }

    private void freezeOrContinue(Runtime runtime) {
        if (runtime != null) {
            runtime.frozen = !runtime.frozen;
        }
    }

    private void kill(Runtime runtime) {
        if (runtime == null) {
            return;
        }
        runtimes.remove(runtime);
        if (!runtime.frozen && random.nextBoolean()) {
            runtime.member.leave();
        } else {
            dead.add(runtime.member);
        }
    }

    private void expelDead() {
        dead.forEach(kafka::expel);
        dead.clear();
    }

    /**
     * With no runtime for long, the group expires, or the topic is made anew, all of it sent again.
     */
    private void beginAnew() {
        if (random.nextInt(4) > 0) {
            return;
        }
        while (!runtimes.isEmpty()) {
            kill(runtimes.get(0));
        }
        expelDead();
        clickHouse.passLong(200_000);
        // The view's marks do not say of which topic they are, see docs/limits.md.
        if (crashes || random.nextBoolean()) {
            clickHouse.tell(() -> "the group expires");
            kafka.expireGroup();
        } else {
            kafka.makeAnew(sent.descendingSet());
        }
        runtimes.add(new Runtime());
    }

    private boolean heal() {
        clickHouse.tell(() -> "everything works again");
        kafka.heal();
        expelDead();
        runtimes.forEach(runtime -> runtime.frozen = false);
        if (runtimes.isEmpty()) {
            runtimes.add(new Runtime());
        }
        for (int turn = 0; turn < HEALING_TURNS; turn++) {
            clickHouse.pass(random.nextInt(100));
            clickHouse.personActs();
            Runtime runtime = any();
            runtime.step();
            for (int i = 0; i < 4; i++) {
                runtime.work();
                clickHouse.work();
            }
            if (kafka.done()
                    && clickHouse.idle()
                    && runtimes.stream().allMatch(one -> one.ranges.isEmpty())) {
                return true;
            }
        }
        return false;
    }

    private String verdict() {
        StringBuilder wrong = new StringBuilder();
        Map<String, Long> inTable = clickHouse.base.counts();
        Map<String, Long> inView = clickHouse.view.counts();
        Map<String, Long> inAdded = clickHouse.added == null ? Map.of() : clickHouse.added.counts();
        for (Integer key : sent) {
            long rows = inTable.getOrDefault(key.toString(), 0L);
            long counted = inView.getOrDefault(key.toString(), 0L);
            long added = inAdded.getOrDefault(key.toString(), 0L);
            if (rows != 1) {
                wrong.append("key %d is in the table %d times; ".formatted(key, rows));
            }
            if (counted != 1) {
                wrong.append("key %d is counted %d times; ".formatted(key, counted));
            }
            if (added > 1) {
                wrong.append(
                        "key %d is counted %d times by the added view; ".formatted(key, added));
            }
        }
        return wrong.toString();
    }
}
