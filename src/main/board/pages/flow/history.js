// How the pipelines did in the last days: the share of time within the goals, and a chart for each unit.
import { chart, colours, duration, element, overTime, toldOverTime } from "../../board.js";

/** The widest step of the query. */
const STEP = 1_800_000;

/** What waits before a pipeline, by the beginning of its name. */
const WAITING = { outbox: "rows", job: "days" };

const waitingUnit = (pipeline) => WAITING[pipeline.split("-")[0]] ?? "records";

/** A share in percent that is 100 only if it is whole. */
const share = (part, whole) => `${Math.floor((1_000 * part) / whole) / 10} %`;

/** A line a pipeline: how much of the time no row waited longer than its goal. */
function goals(pipelines, of) {
  const lines = pipelines.map((pipeline) => {
    const steps = of(pipeline).filter((step) => step.known_seconds);
    const [known, within] = ["known_seconds", "within_goal_seconds"].map((name) => steps.reduce((all, step) => all + step[name], 0));
    const goal = of(pipeline).findLast((step) => step.goal_seconds)?.goal_seconds;
    return element(
      "li",
      { title: `${duration(known - within)} of ${duration(known)} outside` },
      `${pipeline}: ${share(within, known)} of the time within ${goal ? `${goal} s` : "its goal"}`,
    );
  });
  return lines.length ? element("ul", { class: "goals", "aria-label": "Share of time within the goals" }, lines) : null;
}

/** For queryPanel: the goals, and charts of a line a pipeline; a time of which nothing is known is a gap. */
export function history(columns, newest) {
  const steps = newest.toReversed().map((row) => Object.fromEntries([...columns.map((column, i) => [column.name, row[i]]), ["at", Date.parse(`${row[0].replace(" ", "T")}Z`)]]));
  const pipelines = [...new Set(steps.map((step) => step.pipeline))].sort();
  const of = (pipeline) => steps.filter((step) => step.pipeline === pipeline);
  const times = [...new Set(steps.map((step) => step.at))];
  const wide = Math.min(STEP, ...times.slice(1).map((time, i) => time - times[i]));
  const draw = (title, unit, some, value) => {
    if (!some.length) return null;
    const series = some.map((pipeline) => {
      const points = of(pipeline).map((step) => [step.at, value(step)]);
      const data = points.flatMap((point, i) => (i && point[0] - points[i - 1][0] > wide ? [[point[0] - wide, null], point] : [point]));
      return { name: pipeline, type: "line", showSymbol: data.length < 3, data };
    });
    const made = chart(
      () => ({ ...overTime(unit, times.length), color: some.map((pipeline) => colours()[pipelines.indexOf(pipeline) % colours().length]), series }),
      () => toldOverTime(`${title}, of each pipeline`, unit, series),
    );
    return element("div", {}, element("h3", {}, title), made);
  };
  const waiting = (unit) => pipelines.filter((pipeline) => waitingUnit(pipeline) === unit);
  const timed = pipelines.filter((pipeline) => of(pipeline).some((step) => step.slowest_seconds !== null || step.within_goal_seconds < step.known_seconds));
  return element(
    "div",
    {},
    goals(timed, of),
    element(
      "div",
      { class: "charts" },
      draw("Rows moved", "rows/s", pipelines.filter((pipeline) => waitingUnit(pipeline) !== "days"), (step) => step.rows_per_second),
      draw("Time within the goal, fresh-within", "% of the time", timed, (step) => step.known_seconds && (100 * step.within_goal_seconds) / step.known_seconds),
      draw("Slowest row, from commit to ClickHouse", "seconds", timed, (step) => step.slowest_seconds),
      ["records", "rows", "days"].map((unit) => draw(unit === "days" ? "Days due, at most" : `Waiting ${unit}, at most`, unit, waiting(unit), (step) => step.most_waiting)),
    ),
  );
}
