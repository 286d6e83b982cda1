package routes.marts;

import static routes.clickhouse.ClickHouse.number;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.apache.camel.Header;
import org.apache.camel.RoutesBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ServerMessage;
import routes.jobs.Jobs;
import routes.pipeline.Reason;
import routes.sql.SqlFile;

/**
 * The models in the ClickHouse databases {@code staging} and {@code marts}: refreshable views that
 * ClickHouse computes and swaps in atomically.
 *
 * <p>A model with checks is two views: {@code NAME_built} computes, and {@code NAME} copies what
 * holds. A check that does not hold fails the second one's refresh, and readers keep the former
 * rows. ClickHouse refreshes all of them on a schedule by itself; {@link #refreshIfDue} does when
 * something was loaded.
 */
public final class Marts implements AutoCloseable {
    /** What the models are announced as. */
    public static final String GROUP = "days";

    private static final Logger LOG = LoggerFactory.getLogger(Marts.class);
    private static final String SQL = "classpath:sql/clickhouse/";
    private static final String GATE = "staging.checked";
    private static final String NEVER = "1970-01-01 00:00:00.000";

    private record Loads(
            String latest, long pending, long quietMs, long waitedMs, boolean underWay) {
        static Loads of(List<Map<String, Object>> rows) {
            Map<String, Object> row = rows.get(0);
            return new Loads(
                    (String) row.get("latest"),
                    number(row, "pending"),
                    number(row, "quiet_for"),
                    number(row, "waited_for"),
                    number(row, "under_way") > 0);
        }

        boolean any() {
            return !latest.equals(NEVER);
        }
    }

    private final ClickHouse clickHouse;
    private final DataSource postgres;
    private final MartsSettings settings;
    private final Models models;
    private String tried = "";
    private long nextTry;

    /**
     * @param clickHouse is closed with this; waits for an answer as long as a model may take
     * @param postgres holds the lock that lets one process refresh at a time
     */
    public Marts(ClickHouse clickHouse, DataSource postgres, MartsSettings settings) {
        this.clickHouse = clickHouse;
        this.postgres = postgres;
        this.settings = settings;
        models = new Models(clickHouse, GROUP, settings.schedule(), 0);
    }

    /** All models by name, with their databases; in the order in which they are built. */
    public static List<String> models() {
        return Models.names(GROUP);
    }

    /** The marts by name, without their database; in the order in which they are built. */
    public static List<String> names() {
        return models().stream()
                .filter(name -> name.startsWith("marts."))
                .map(name -> name.substring("marts.".length()))
                .toList();
    }

    /**
     * Refreshes by itself, as long as it runs, and tells {@code mart-states} of the group {@link
     * #GROUP}; {@code marts} is this object.
     */
    public RoutesBuilder routes() {
        return new MartsRoute();
    }

    /** Makes the databases and the views that are missing, without rows. Can be run again. */
    public void prepare() {
        SqlFile.statements(SQL + "daily/tables.sql").forEach(clickHouse::execute);
        clickHouse.execute("CREATE DATABASE IF NOT EXISTS staging");
        clickHouse.execute("CREATE DATABASE IF NOT EXISTS marts");
        models.create();
    }

    /**
     * Refreshes all models if something was loaded since they were built, or if one of them has
     * another definition, and if no load is under way; days that are made up one after the other
     * are refreshed together. Does nothing while another runtime refreshes.
     */
    public void refreshIfDue() throws SQLException {
        Optional<String> cause = due();
        if (cause.isEmpty()) {
            return;
        }
        // Without this, a check that does not hold would be tried again and again.
        if (cause.get().equals(tried) && System.nanoTime() - nextTry < 0) {
            return;
        }
        try (var lock = Jobs.alone(postgres, "marts").orElse(null)) {
            if (lock == null || due().isEmpty()) {
                return;
            }
            tried = cause.get();
            Map<String, String> failed = refresh(Set.of(), view -> {});
            nextTry = System.nanoTime() + settings.retry().toNanos();
            LOG.info("marts event=refreshed cause=\"{}\" failed={}", cause.get(), failed.size());
        }
    }

    /** Why a refresh is due. */
    private Optional<String> due() {
        Loads loads = loads();
        Map<String, ViewState> states = models.states();
        String changed =
                String.join(
                        ", ",
                        models.views().stream()
                                .filter(view -> ViewState.outdated(view, states))
                                .map(View::name)
                                .toList());
        if (!changed.isEmpty()) {
            return Optional.of("changed: " + changed);
        }
        if (!loads.any()) {
            return Optional.empty();
        }
        if (loads.pending() > 0) {
            boolean quiet =
                    loads.quietMs() >= settings.quiet().toMillis() && !loads.underWay()
                            || loads.waitedMs() >= settings.longestWait().toMillis();
            return quiet ? Optional.of("loaded " + loads.latest()) : Optional.empty();
        }
        return states(states, loads).stream()
                .filter(
                        state ->
                                state.state() == MartState.State.STALE
                                        || state.state() == MartState.State.EMPTY)
                .map(state -> "behind staging: " + state.name() + " of " + loads.latest())
                .findFirst();
    }

    /**
     * Refreshes models, after those that they read. One that fails keeps its former rows, and keeps
     * those that read it from being refreshed; the others are.
     *
     * @param names of marts, without their database; all if there are none
     * @param progress is told a view's name before it is refreshed
     * @return why a view was not refreshed, by its name
     * @throws IllegalStateException when another process refreshes them
     */
    public Map<String, String> refreshAlone(Collection<String> names, Consumer<String> progress)
            throws SQLException {
        try (var lock =
                Jobs.alone(postgres, "marts")
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "Another process refreshes the marts: try again"
                                                        + " when it is done"))) {
            return refresh(names, progress);
        }
    }

    private Map<String, String> refresh(Collection<String> names, Consumer<String> progress) {
        Map<String, ViewState> states = models.states();
        dropOthers(states);
        Map<String, String> problems = new LinkedHashMap<>();
        for (View view : wanted(names)) {
            Optional<String> waitsFor =
                    view.after().stream().filter(problems::containsKey).findFirst();
            if (waitsFor.isPresent()) {
                problems.put(view.name(), "waits for " + waitsFor.get());
                continue;
            }
            progress.accept(view.name());
            long started = System.nanoTime();
            try {
                models.refresh(view, states);
                LOG.debug("mart={} seconds={}", view.name(), (System.nanoTime() - started) / 1e9);
            } catch (RuntimeException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                problems.put(view.name(), ServerMessage.plain(Reason.of(e)));
                LOG.warn(
                        "mart={} event=failed do=\"./caravan marts check\" reason=\"{}\"",
                        view.name(),
                        problems.get(view.name()));
            }
        }
        return problems;
    }

    /** Views of models that are no more, and what a killed process has left. */
    private void dropOthers(Map<String, ViewState> states) {
        Set<String> known = new HashSet<>(models.views().stream().map(View::name).toList());
        states.forEach(
                (name, state) -> {
                    if (!known.contains(name) && state.definition().startsWith(View.COMMENT)) {
                        View.drop(clickHouse, name);
                    }
                });
    }

    private List<View> wanted(Collection<String> names) {
        if (names.isEmpty()) {
            return models.views();
        }
        Map<String, View> byName = new HashMap<>();
        models.views().forEach(view -> byName.put(view.name(), view));
        Set<String> wanted = new HashSet<>();
        names.forEach(name -> addWithSources("marts." + name, byName, wanted));
        return models.views().stream().filter(view -> wanted.contains(view.name())).toList();
    }

    private static void addWithSources(String name, Map<String, View> byName, Set<String> wanted) {
        if (wanted.add(name)) {
            byName.get(name).after().forEach(source -> addWithSources(source, byName, wanted));
        }
    }

    /** The state of each model, those of {@code staging} first. */
    public List<MartState> states() {
        return states(models.states(), loads());
    }

    /** The same, from what models/views.sql and models/loads.sql answered. */
    public List<MartState> look(
            @Header("views") List<Map<String, Object>> views,
            @Header("loads") List<Map<String, Object>> loads) {
        return states(ViewState.all(views), Loads.of(loads));
    }

    private List<MartState> states(Map<String, ViewState> states, Loads loads) {
        return models.look(states, lacks(states, loads));
    }

    /** A mart is built after the gate; all are after the loads. */
    private static BiFunction<String, Instant, Optional<String>> lacks(
            Map<String, ViewState> states, Loads loads) {
        Optional<Instant> gate = Optional.ofNullable(states.get(GATE)).map(ViewState::built);
        return (name, built) ->
                loads.pending() > 0
                                || name.startsWith("marts.")
                                        && built != null
                                        && gate.filter(built::isBefore).isPresent()
                        ? Optional.of("more was loaded since")
                        : Optional.empty();
    }

    /** Counts, for each check of each model, what breaks it in the rows that were built last. */
    public List<CheckResult> check() {
        return models.check();
    }

    private Loads loads() {
        return Loads.of(clickHouse.rows(SqlFile.text(SQL + "models/loads.sql"), Map.of()));
    }

    @Override
    public void close() {
        clickHouse.close();
    }
}
