package routes.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.clickhouse.Rows;

/**
 * ClickHouse as a sink meets it: a table, its list of keys, a view with marks, perhaps one that
 * somebody adds; tokens that are forgotten; inserts that go through the tables one by one, and that
 * a crash stops anywhere, also between a token and its rows. A loss of power also takes the last
 * tokens of each table, and no rows.
 */
final class SimulatedClickHouse {
    /** An insert that was checked in time is stored within this. */
    static final int LONGEST_INSERT_MS = 10_000;

    private static final boolean TOLD = Long.getLong("history") != null;
    private static final int DEADLINE_MS = 30_000;
    // Fewer inserts than this come within a deadline and the longest insert, and a table remembers
    // the tokens of more than twice as many.
    private static final int LATER = 14;
    private static final int WINDOW = 2 * LATER + 2;
    private static final int OF_THE_SINK = 2_000;

    private static final Comparator<String> LAST =
            Comparator.comparingLong((String batch) -> number(batch.replaceFirst(".*-", "")))
                    .thenComparingLong(
                            batch -> number(batch.replaceFirst(".*/(\\d+)-\\d+$", "$1")));

    private final SplittableRandom random;
    private final SimulatedRoute.Behaviour behaviour;
    private long nowMs = 1_000_000;
    private long started;
    private int noise;
    private int views;
    private final List<Arrival> arrivals = new ArrayList<>();
    private final Map<String, Table> repairs = new HashMap<>();
    private final List<Insert> inserts = new ArrayList<>();
    private final Map<Integer, Long> marks = new HashMap<>();
    final Table base = new Table(WINDOW);
    final Table keys = new Table(WINDOW);
    final Table view = new Table(WINDOW);
    Table added;
    private long addedMs;
    private long widenedMs;
    private boolean personAsked;
    private boolean dropped;

    record Stored(long partition, long offset, String key, String content, String batch) {}

    private record Arrival(String batch, long ms) {}

    /** Rows, and the tokens of the last inserts. */
    static final class Table {
        final List<Stored> rows = new ArrayList<>();
        private final Set<String> tokens = new LinkedHashSet<>();
        private int window;

        private Table(int window) {
            this.window = window;
        }

        /** False if the token is known. */
        private boolean note(String token) {
            if (token == null || window == 0) {
                return true;
            }
            boolean unknown = tokens.add(token);
            if (tokens.size() > window) {
                tokens.remove(tokens.iterator().next());
            }
            return unknown;
        }

        private boolean insert(String token, List<Stored> more) {
            boolean unknown = note(token);
            if (unknown) {
                rows.addAll(more);
            }
            return unknown;
        }

        private void forget(int last) {
            for (String token : List.copyOf(tokens).subList(tokens.size() - last, tokens.size())) {
                tokens.remove(token);
            }
        }

        /** How often each key is in. */
        Map<String, Long> counts() {
            return rows.stream().collect(Collectors.groupingBy(Stored::key, Collectors.counting()));
        }
    }

    /** An insert on its way to the server, and then through its tables. */
    final class Insert {
        private final String token;
        private final List<Stored> rows;
        private final long deadline;
        private final List<Table> tables;
        private int stored = -1;
        private String failure;
        private boolean answered;

        private Insert(String token, List<Stored> rows, long deadline, List<Table> tables) {
            this.token = token;
            this.rows = rows;
            this.deadline = deadline;
            this.tables = tables;
        }

        boolean answered() {
            if (failure != null) {
                throw new IllegalStateException(failure);
            }
            return answered;
        }

        /** Its client is told nothing any more. */
        void loseAnswer() {
            failure = "no answer";
        }

        private void advance() {
            tell(() -> "clickhouse: insert " + token + " at " + stored);
            if (stored < 0 && tooLate(deadline)) {
                failure = "too late";
                answered = true;
            } else if (stored < 0) {
                stored = 0;
            } else if (stored < tables.size()) {
                Table table = tables.get(stored++);
                boolean unknown = table.insert(token, rows);
                if (table == base && unknown) {
                    arrivals.add(new Arrival(token, nowMs));
                }
                if (table == view && unknown) {
                    rows.forEach(row -> mark(row));
                }
            }
            answered |= stored == tables.size();
        }
    }

    SimulatedClickHouse(SplittableRandom random, SimulatedRoute.Behaviour behaviour) {
        this.random = random;
        this.behaviour = behaviour;
    }

    private boolean tooLate(long deadline) {
        return behaviour.deadlines()
                && (nowMs > deadline
                        || behaviour.mistrustsOldTokens() && deadline - DEADLINE_MS <= started);
    }

    private void mark(Stored row) {
        marks.merge((int) row.partition(), row.offset(), Math::max);
    }

    /** What happens, in a history that is repeated alone. */
    void tell(Supplier<String> what) {
        if (TOLD) {
            System.out.println(nowMs + " " + what.get());
        }
    }

    long nowMs() {
        return nowMs;
    }

    void pass(long ms) {
        nowMs += ms;
    }

    /** Long enough for inserts of others to push tokens out; what had begun by then is stored. */
    void passLong(long ms) {
        for (int i = 0; i < 6; i++) {
            inserts.stream().filter(insert -> insert.stored >= 0).forEach(Insert::advance);
        }
        nowMs += ms;
        tell(() -> "long after");
        for (long others = ms * 3 / (DEADLINE_MS + LONGEST_INSERT_MS); others > 0; others--) {
            String token = "another" + noise++;
            for (Table table : List.of(base, keys, view)) {
                table.note(token);
            }
            if (added != null) {
                added.note(token);
            }
            arrivals.add(new Arrival(token, nowMs));
        }
    }

    /** One of the inserts goes on by a table. */
    void work() {
        if (!inserts.isEmpty()) {
            Insert insert = inserts.get(random.nextInt(inserts.size()));
            insert.advance();
            inserts.removeIf(one -> one.answered);
        }
    }

    boolean idle() {
        return inserts.isEmpty();
    }

    /** Some of what was under way leaves its token in a table, and no rows. */
    void crash() {
        tell(() -> "clickhouse: crash");
        for (Insert insert : inserts) {
            if (insert.stored >= 0
                    && insert.stored < insert.tables.size()
                    && random.nextBoolean()) {
                insert.tables.get(insert.stored).note(insert.token);
            }
            insert.failure = "crashed";
        }
        inserts.clear();
        started = nowMs;
    }

    boolean crashed() {
        return started > 0;
    }

    /** A crash that takes the last tokens of each table too, and no rows. */
    void losePower() {
        crash();
        tell(() -> "clickhouse: it was a loss of power");
        for (Table table : List.of(base, keys, view)) {
            table.forget(random.nextInt(table.tokens.size() + 1));
        }
        repairs.values().forEach(table -> table.forget(table.tokens.size()));
    }

    /** Somebody creates a view, whose table remembers no tokens. */
    void addView() {
        if (added == null && !dropped) {
            added = new Table(0);
            addedMs = nowMs;
            widenedMs = nowMs;
            views++;
        }
    }

    List<Map<String, Object>> views() {
        return added == null
                ? List.of()
                : List.of(
                        Map.ofEntries(
                                Map.entry("base", "db.x"),
                                Map.entry("source", "db.x"),
                                Map.entry("view", "db.v"),
                                Map.entry("visible", 1),
                                Map.entry("target", "db.added"),
                                Map.entry("target_place", "db.added"),
                                Map.entry("engine", "MergeTree"),
                                Map.entry("window", added.window),
                                Map.entry("fsyncs", 2),
                                Map.entry("marked", 0),
                                Map.entry("created", addedMs / 1_000),
                                Map.entry("changed", widenedMs / 1_000),
                                Map.entry(
                                        "just_changed",
                                        widenedMs / 1_000 >= nowMs / 1_000 ? 1 : 0)));
    }

    void widen() {
        added.window = WINDOW;
        widenedMs = nowMs;
    }

    /** A sink says that somebody is to drop the view. */
    void askPerson() {
        personAsked = true;
    }

    void personActs() {
        if (personAsked && added != null) {
            added = null;
            dropped = true;
            views++;
        }
    }

    List<Map<String, Object>> standing(Map<String, Object> lookUp) {
        Set<String> asked = asked(lookUp);
        Object batch = lookUp.get("batch");
        Set<List<String>> own = new HashSet<>();
        Set<List<String>> others = new HashSet<>();
        for (Stored row : keys.rows) {
            if (asked.contains(row.key())) {
                (row.batch().equals(batch) ? own : others).add(List.of(row.key(), row.content()));
            }
        }
        return List.of(
                Map.of(
                        "own", List.copyOf(own),
                        "others", List.copyOf(others),
                        "deadline", deadline(),
                        "views", Integer.toString(views)));
    }

    private static Set<String> asked(Map<String, Object> lookUp) {
        return new HashSet<>(Arrays.asList(((String) lookUp.get("keys")).split("\\\\n")));
    }

    private String deadline() {
        return Long.toString(nowMs + DEADLINE_MS);
    }

    private List<Long> offsetsOf(Object batch) {
        return offsetsOf(batch, base);
    }

    private static List<Long> offsetsOf(Object batch, Table table) {
        return table.rows.stream()
                .filter(row -> row.batch().equals(batch))
                .map(Stored::offset)
                .toList();
    }

    List<Map<String, Object>> tried(Map<String, Object> name) {
        Object batch = name.get("batch");
        long since = since(batch);
        long later = arrivals.stream().filter(arrival -> arrival.ms() >= since).count();
        return List.of(
                Map.of(
                        "offsets",
                        offsetsOf(batch),
                        "since",
                        since / 1_000,
                        "later",
                        later >= LATER ? OF_THE_SINK : 0,
                        "restarted",
                        behaviour.mistrustsOldTokens() && since <= started ? 1 : 0));
    }

    /** When a batch came in first; 0 if it has not. */
    private long since(Object batch) {
        return arrivals.stream()
                .filter(arrival -> arrival.batch().equals(batch))
                .mapToLong(Arrival::ms)
                .min()
                .orElse(0);
    }

    /** As {@code last_batches.sql}. */
    List<String> last(String topic, String topicId, int partition) {
        String name = topic + "/" + topicId + "(\\.[^/]+)?/" + partition + "/\\d+-\\d+";
        return Stream.of(base, keys)
                .flatMap(
                        table ->
                                table.rows.stream()
                                        .map(Stored::batch)
                                        .filter(batch -> batch.matches(name))
                                        .max(LAST)
                                        .stream())
                .toList();
    }

    private static long number(String text) {
        return Long.parseLong(text);
    }

    List<Map<String, Object>> offsets(Map<String, Object> name) {
        Object batch = name.get("batch");
        return List.of(
                Map.of(
                        "offsets",
                        offsetsOf(batch),
                        "since",
                        since(batch) / 1_000,
                        "deadline",
                        deadline()));
    }

    List<Map<String, Object>> keys(Map<String, Object> lookUp) {
        Set<String> asked = asked(lookUp);
        return keys.rows.stream()
                .filter(row -> row.batch().equals(lookUp.get("batch")))
                .filter(row -> asked.contains(row.key()))
                .map(row -> Map.<String, Object>of("kafka_key", row.key()))
                .toList();
    }

    Insert insert(String token, Rows rows) {
        List<Table> tables =
                added == null ? List.of(base, keys, view) : List.of(base, keys, view, added);
        return send(token, rows, tables);
    }

    private Insert send(String token, Rows rows, List<Table> tables) {
        String text = written(rows);
        String deadline = field(text, "kafka_deadline", '"');
        Insert insert =
                new Insert(
                        token,
                        text.lines().map(SimulatedClickHouse::row).toList(),
                        deadline.isEmpty() ? Long.MAX_VALUE : Long.parseLong(deadline),
                        tables);
        inserts.add(insert);
        return insert;
    }

    private static String written(Rows rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try {
            rows.writeTo(out);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toString(StandardCharsets.US_ASCII);
    }

    private static Stored row(String line) {
        return new Stored(
                Long.parseLong("0" + field(line, "kafka_partition", ',')),
                Long.parseLong("0" + field(line, "kafka_offset", ',')),
                field(line, "kafka_key", '"'),
                field(line, "kafka_content", '"'),
                field(line, "kafka_batch", '"'));
    }

    private static String field(String line, String name, char end) {
        int at = line.indexOf(name);
        if (at < 0) {
            return "";
        }
        int from = at + name.length() + (end == '"' ? 3 : 2);
        return line.substring(from, line.indexOf(end, from));
    }

    Insert insertKeys(String token, Rows rows) {
        return send(token, rows, List.of(keys));
    }

    void createRepair(String name, boolean anew) {
        if (anew || !repairs.containsKey(name)) {
            repairs.put(name, new Table(WINDOW));
        }
    }

    List<Map<String, Object>> inRepair(String name, Map<String, Object> batch) {
        return List.of(Map.of("offsets", offsetsOf(batch.get("batch"), repairs.get(name))));
    }

    Insert insertRepair(String name, String token, Rows rows) {
        return send(token, rows, List.of(repairs.get(name)));
    }

    void move(String name) {
        base.rows.addAll(repairs.get(name).rows);
        repairs.get(name).rows.clear();
    }

    void dropRepair(String name) {
        repairs.remove(name);
    }

    /** The deadline for filling the view with what begins there; null if it has that. */
    String unfilled(int partition, long start) {
        return marks.getOrDefault(partition, -1L) >= start ? null : deadline();
    }

    Insert fill(String token, String batch, String deadline) {
        Insert insert =
                new Insert(
                        token,
                        base.rows.stream().filter(row -> row.batch().equals(batch)).toList(),
                        Long.parseLong(deadline),
                        List.of(view));
        inserts.add(insert);
        return insert;
    }
}
