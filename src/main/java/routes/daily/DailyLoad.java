package routes.daily;

import static routes.clickhouse.ClickHouse.number;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.time.LocalDate;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Header;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.clickhouse.ClickHouse;
import routes.clickhouse.ClickHouseComponent;
import routes.clickhouse.Grants;
import routes.clickhouse.Rows;
import routes.jobs.JobDay;
import routes.jobs.Work;
import routes.pipeline.Amount;
import routes.pipeline.Look;
import routes.sql.SqlFile;
import routes.storage.Bucket;
import routes.storage.StoredObject;

/**
 * The steps of the daily load.
 *
 * <p>A file is read into tables of its own, whose names no other load uses; its day changes in one
 * step at the end. A load that dies before leaves the day as it was, and its tables to the next
 * one, which drops them.
 */
public final class DailyLoad implements Work {
    private static final Logger LOG = LoggerFactory.getLogger(DailyLoad.class);
    private static final String SQL = "classpath:sql/clickhouse/daily/";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Bucket bucket;
    private final ClickHouse clickHouse;
    private final LoadSettings settings;
    private final Progress progress;

    public DailyLoad(
            Bucket bucket, ClickHouse clickHouse, LoadSettings settings, Progress progress) {
        this.bucket = bucket;
        this.clickHouse = clickHouse;
        this.settings = settings;
        this.progress = progress;
    }

    @Override
    public String name() {
        return "load";
    }

    @Override
    public int daysBack() {
        return 1;
    }

    @Override
    public void prepare() {
        SqlFile.statements(SQL + "tables.sql").forEach(clickHouse::execute);
    }

    @Override
    public List<Look> looks() {
        return List.of(
                new Look(
                        "job load, database raw",
                        "clickhouse",
                        () -> Grants.require(clickHouse, SQL + "rights.sql", check -> check)));
    }

    @Override
    public void addTo(CamelContext context) throws Exception {
        context.getRegistry().bind(name(), this);
        context.getRegistry().bind("load-watch", new DayWatch(bucket, settings));
        bucket.addTo(context);
        if (context.hasComponent("clickhouse") == null) {
            context.addComponent("clickhouse", new ClickHouseComponent(clickHouse));
        }
        context.addRoutes(new DaySwapRoute());
        context.addRoutes(new DailyLoadRoute());
        context.getRegistry().bind("line-edits", new LineEdits(settings.lineBytes()));
        context.addRoutes(new LineEditRoute());
    }

    @Override
    public Optional<String> refuses(LocalDate day, ProducerTemplate routes) {
        if (settings.firstDay().isPresent()) {
            return settings.firstDay()
                    .filter(day::isBefore)
                    .map(
                            first ->
                                    "%s is before the first day of the daily load, %s (%s)"
                                            .formatted(day, first, LoadSettings.FIRST_DAY));
        }
        return FirstFile.look(routes, settings.prefix())
                .filter(file -> day.isBefore(file.day()))
                .map(
                        file ->
                                day
                                        + " is before the first file, "
                                        + bucket.place(file.key())
                                        + ": upload the day's file, then try again");
    }

    /** The day, as the parameter of a query. */
    public Map<String, Object> day(@Variable("day") JobDay day) {
        return Map.of("day", day.day().toString());
    }

    /**
     * The day's file, and whether the day was loaded from it before.
     *
     * @param force load it even if it was, or if it holds nothing
     * @param loads the day's last one, if there is one
     * @param edits of the day's rejected lines
     */
    public DayFile find(
            @Variable("day") JobDay day,
            @Body StoredObject object,
            @Header("force") Boolean force,
            @Header("last") List<Map<String, Object>> loads,
            @Header("edits") List<Map<String, Object>> edits) {
        boolean forced = Boolean.TRUE.equals(force);
        Optional<Map<String, Object>> last =
                loads.stream().filter(load -> load.get("etag").equals(object.etag())).findFirst();
        boolean edited = last.isPresent() && number(last.get(), "edits") != edits.size();
        boolean changed = forced || last.isEmpty() || edited;
        if (!changed && last.get().get("outcome").equals("refused")) {
            long lines = number(last.get(), "lines");
            long rejected = number(last.get(), "rejected");
            if (tooMany(lines, rejected) || lines == 0) {
                throw refusal(object, lines, rejected, "it has not changed since");
            }
            changed = true;
        }
        if (!changed) {
            day.outcome(
                    "unchanged: loaded from "
                            + bucket.place(object.key())
                            + " at "
                            + last.get().get("loaded_at"));
        }
        // A file that was loaded, perhaps by force, has no more bad lines when some were edited.
        boolean accepted = forced || edited && last.get().get("outcome").equals("loaded");
        return new DayFile(day, object, changed, accepted, new Edits(edits));
    }

    /** The file's lines, as bodies of inserts. */
    public Iterator<Rows> lines(@Variable("file") DayFile file, @Body InputStream bytes) {
        return new Chunks(
                file, bucket.place(file.object().key()), bytes, settings.lineBytes(), progress);
    }

    /**
     * Takes what the file's table holds.
     *
     * @throws IllegalStateException when lines are missing
     */
    public void counted(@Body DayFile file, @Header("counts") List<Map<String, Object>> counts) {
        long lines = number(counts.get(0), "lines");
        if (lines != file.lines()) {
            throw new IllegalStateException(
                    "Of "
                            + Amount.of(file.lines(), "line")
                            + " "
                            + lines
                            + " are in "
                            + file.table()
                            + ": the load is tried again");
        }
        long rejected = number(counts.get(0), "rejected");
        file.counted(
                rejected,
                number(counts.get(0), "other_days"),
                !file.forced() && (lines == 0 || tooMany(lines, rejected)));
    }

    /**
     * Says why a file is refused.
     *
     * @throws IllegalStateException always; the day stays as it was
     */
    public void refuse(@Body DayFile file, @Header("reasons") List<Map<String, Object>> reasons) {
        throw refusal(file.object(), file.lines(), file.rejected(), text(reasons));
    }

    private boolean tooMany(long lines, long rejected) {
        return rejected * 100.0 > lines * settings.rejectPercent();
    }

    private IllegalStateException refusal(
            StoredObject object, long lines, long rejected, String why) {
        String what =
                lines == 0
                        ? " holds no lines"
                        : " has "
                                + Amount.of(rejected, "bad line")
                                + " of "
                                + lines
                                + ", more than "
                                + settings.rejectPercent()
                                + " %";
        return new IllegalStateException(
                bucket.place(object.key())
                        + what
                        + " ("
                        + why
                        + "): the day stays as it was. See raw.rejected_lines; edit its lines on"
                        + " the board, upload a corrected file, or load it as it is with"
                        + " ./caravan load-day --force");
    }

    private static String text(List<Map<String, Object>> reasons) {
        return reasons.isEmpty()
                ? "an empty file does not mean a day without events"
                : reasons.stream()
                        .map(
                                row ->
                                        row.get("reason")
                                                + ": "
                                                + row.get("lines")
                                                + ", first in line "
                                                + row.get("first"))
                        .collect(Collectors.joining("; "));
    }

    /** To be asked right before the day changes. */
    public void stillOurs(DayFile file) {
        file.day().stillOurs();
    }

    /** The day is what the file says. */
    public void loaded(DayFile file) {
        file.day()
                .outcome(
                        "%s, %d rejected, %d of other days, %sfrom %s in %.1f s"
                                .formatted(
                                        Amount.of(file.events(), "event"),
                                        file.rejected(),
                                        file.otherDays(),
                                        file.edited() == 0 ? "" : file.edited() + " edited, ",
                                        bucket.place(file.object().key()),
                                        file.seconds()));
    }

    /** The file's name, as the parameter of a query. */
    public Map<String, Object> fileName(DayFile file) {
        return Map.of("file", ClickHouse.escaped(file.object().key()));
    }

    /** A row of {@code raw.loads}, as a JSON line. */
    public String row(@Body DayFile file, @Header("outcome") String outcome)
            throws JsonProcessingException {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("day", file.day().day().toString());
        row.put("file", file.object().key());
        row.put("etag", file.object().etag());
        row.put("bytes", file.object().size());
        row.put("lines", file.lines());
        row.put("events", file.events());
        row.put("rejected", file.rejected());
        row.put("blank", file.blank());
        row.put("other_days", file.otherDays());
        row.put("seconds", file.seconds());
        row.put("edits", file.edits().count());
        row.put("outcome", outcome);
        LOG.info("job=load {}", row);
        return JSON.writeValueAsString(row);
    }
}
