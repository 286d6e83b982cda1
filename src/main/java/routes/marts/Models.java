package routes.marts;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.Grants;
import routes.sql.SqlFile;

/** A group of models as ClickHouse's refreshable views: made, refreshed, looked at and checked. */
public final class Models {
    private static final String VIEWS = "classpath:sql/clickhouse/models/views.sql";

    private final ClickHouse clickHouse;
    private final List<Model> models;
    private final Map<Model, List<View>> views = new LinkedHashMap<>();

    /**
     * @param group the file of sql/clickhouse/models that lists them
     * @param schedule of those that have none of their own
     * @param limit in percent, for {@code {limit}} in their checks
     */
    public Models(ClickHouse clickHouse, String group, String schedule, int limit) {
        this.clickHouse = clickHouse;
        models = Model.all(group, limit);
        models.forEach(model -> views.put(model, model.views(schedule)));
    }

    /** By name, with their databases; in the order in which they are built. */
    public static List<String> names(String group) {
        return Model.all(group, 0).stream().map(Model::name).toList();
    }

    /**
     * Looks at what the making and refreshing of models takes, and changes nothing.
     *
     * @throws routes.pipeline.NeedsPerson when the account lacks a right
     */
    public static void check(ClickHouse clickHouse) {
        Grants.require(clickHouse, "classpath:sql/clickhouse/models/rights.sql", check -> check);
        clickHouse.rows(SqlFile.text(VIEWS), Map.of());
    }

    List<View> views() {
        return views.values().stream().flatMap(List::stream).toList();
    }

    /** Makes the views that are missing, without rows. Can be run again. */
    public void create() {
        Map<String, ViewState> states = states();
        views().stream()
                .filter(view -> !states.containsKey(view.name()))
                .map(view -> view.create("IF NOT EXISTS " + view.name()))
                .forEach(clickHouse::execute);
    }

    /** Makes the views anew that were made from another text than theirs is now. */
    public void replaceOutdated() {
        Map<String, ViewState> states = states();
        views().stream()
                .filter(view -> ViewState.outdated(view, states))
                .forEach(view -> view.replace(clickHouse, true));
    }

    /** All views of models, of other groups too, by name. */
    Map<String, ViewState> states() {
        return ViewState.all(clickHouse.rows(SqlFile.text(VIEWS), Map.of()));
    }

    /** True if all models' views are there. */
    public boolean created() {
        return states().keySet().containsAll(views().stream().map(View::name).toList());
    }

    /** The state of each model now; see below. */
    public List<MartState> look(BiFunction<String, Instant, Optional<String>> lacks) {
        return look(states(), lacks);
    }

    /**
     * The state of each model.
     *
     * @param rows what models/views.sql answered
     * @param lacks what readers of a model lack that is in the tables below, by its name and when
     *     it was built; none if nothing
     */
    public List<MartState> look(
            List<Map<String, Object>> rows, BiFunction<String, Instant, Optional<String>> lacks) {
        return look(ViewState.all(rows), lacks);
    }

    List<MartState> look(
            Map<String, ViewState> states, BiFunction<String, Instant, Optional<String>> lacks) {
        return models.stream().map(model -> state(model, states, lacks)).toList();
    }

    private MartState state(
            Model model,
            Map<String, ViewState> states,
            BiFunction<String, Instant, Optional<String>> lacks) {
        ViewState read = states.get(model.read());
        ViewState built = states.get(model.built());
        if (read == null || built == null) {
            return new MartState(model.name(), MartState.State.EMPTY, null, null, 0, "not set up");
        }
        String problem = built.problem().isEmpty() ? read.problem() : built.problem();
        Optional<String> missing = lacks.apply(model.name(), read.built());
        boolean changed =
                views.get(model).stream().anyMatch(view -> ViewState.outdated(view, states));
        MartState.State state;
        if (built.running() || read.running()) {
            state = MartState.State.BUILDING;
        } else if (!problem.isEmpty()) {
            state = MartState.State.FAILED;
        } else if (read.built() == null) {
            state = MartState.State.EMPTY;
        } else if (changed) {
            state = MartState.State.STALE;
            problem = "its definition has changed";
        } else if (missing.isPresent()) {
            state = MartState.State.STALE;
            problem = waiting(model, states).orElse(missing.get());
        } else {
            state = MartState.State.FRESH;
        }
        return new MartState(
                model.name(), state, read.built(), seconds(built, read), read.rows(), problem);
    }

    private static Optional<String> waiting(Model model, Map<String, ViewState> states) {
        return model.after().stream()
                .filter(name -> states.containsKey(name) && !states.get(name).problem().isEmpty())
                .map(name -> "waits for " + name)
                .findFirst();
    }

    private static Double seconds(ViewState built, ViewState read) {
        if (built == read) {
            return read.seconds();
        }
        return built.seconds() == null || read.seconds() == null
                ? null
                : Double.valueOf(built.seconds() + read.seconds());
    }

    /** Counts, for each check of each model, what breaks it in the rows that were built last. */
    public List<CheckResult> check() {
        List<CheckResult> results = new ArrayList<>();
        for (Model model : models) {
            if (model.check().isPresent()) {
                clickHouse
                        .rows(model.check().get(), Map.of())
                        .get(0)
                        .forEach(
                                (check, failures) ->
                                        results.add(CheckResult.of(model.name(), check, failures)));
            }
        }
        return results;
    }

    /**
     * Computes a view, and waits for it; one that was made from another text is replaced.
     *
     * @throws RuntimeException when a check does not hold, or it cannot be computed: the former
     *     rows stay
     */
    void refresh(View view, Map<String, ViewState> states) {
        if (ViewState.outdated(view, states)) {
            view.replace(clickHouse, states.containsKey(view.name()));
        } else {
            View.refresh(clickHouse, view.name());
        }
    }
}
