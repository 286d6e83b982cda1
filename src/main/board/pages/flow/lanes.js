// What moves from where to where, and how fast.
import { act, ago, amountOf, chart, duration, element, name, note, overTime, problem, shown, table, toldOverTime } from "../../board.js";

const HISTORY = 300;

/** Rows by the second of each step, since the page was opened: the runtime counts, the browser takes differences. */
export class Rates {
  #last = new Map();
  series = new Map();

  add(flow) {
    const time = Date.parse(flow.time);
    for (const step of flow.steps) {
      if (step.rows === undefined) continue;
      const before = this.#last.get(step.route);
      // A counter that went back is that of a runtime that was started again.
      const rate = before && time > before.time && step.rows >= before.rows ? ((step.rows - before.rows) * 1000) / (time - before.time) : null;
      this.#last.set(step.route, { time, rows: step.rows });
      if (!this.series.has(step.route)) this.series.set(step.route, []);
      this.series.get(step.route).push([time, rate]);
      step.rate = rate;
    }
    for (const points of this.series.values()) {
      if (points.length > HISTORY) points.shift();
    }
  }
}

/** Steps in lanes: one begins where nothing that is known comes from, and goes on as long as something takes it up. */
function lanes(steps) {
  const key = (where) => `${where.system} ${where.name}`;
  const fed = new Set(steps.map((step) => key(step.to)));
  const after = (step) => steps.filter((next) => next !== step && key(next.from) === key(step.to));
  const follow = (path) => {
    const next = after(path.at(-1)).filter((step) => !path.includes(step));
    return next.length ? next.flatMap((step) => follow([...path, step])) : [path];
  };
  const begun = steps.filter((step) => !fed.has(key(step.from)) || key(step.from) === key(step.to));
  return (begun.length ? begun : steps).flatMap((step) => follow([step]));
}

const place = (where) => element("div", { class: "place" }, element("small", {}, where.system), element("b", {}, name(where.name)));

const mark = (level, text) => element("span", { class: `mark ${level}` }, text);

const silence = (server) => `${server.refuses ? "refuses Caravan" : "no answer"} for ${duration((Date.now() - Date.parse(server.since)) / 1000)}`;

/** The servers that the pipelines need: each answers, or does not, or refuses, and since when. */
function servers(list) {
  return element(
    "ul",
    { class: "servers", "aria-label": "Servers" },
    list.map((server) =>
      element(
        "li",
        { "data-server": server.name, title: server.problem ?? server.address },
        mark(server.answers ? "good" : "bad", server.name),
        " ",
        element("small", {}, server.answers ? (server.latencyMs == null ? "…" : `${server.latencyMs} ms`) : silence(server)),
      ),
    ),
  );
}

/** What waits, and for how long the oldest of it; or, where nobody knows that, since when something has waited. */
function lag(step) {
  if (step.lag === undefined) return null;
  const since = step.behindSeconds >= 1 ? `, not caught up for ${duration(step.behindSeconds)}` : "";
  const old = step.lag > 0 ? (step.lagSeconds >= 1 ? ` for ${duration(step.lagSeconds)}` : since) : "";
  return element("small", {}, `${shown(step.lag)} ${step.lagUnit}${old}`);
}

/** Pauses a pipeline, or lets it go on; nothing for one that cannot be paused. */
function pauseButton(step, show) {
  if (step.paused === undefined) return null;
  const [word, action] = step.paused ? ["Resume", "resume"] : ["Pause", "pause"];
  const press = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    await act(`/api/pipelines/${action}`, { pipeline: step.route });
    button.disabled = false;
    button.blur();
    await show();
  };
  return element("button", { type: "button", class: "small", "aria-label": `${word} ${step.route}`, title: `${word} ${step.route} ${step.pauses}`, click: press }, word);
}

function arrow(step, show) {
  const rate = step.job ? step.job : step.rate == null ? "…" : `${shown(Math.round(step.rate * 10) / 10)} rows/s`;
  const moved = step.rows === undefined ? null : element("small", {}, `${shown(step.rows)} since the start`);
  const letters = step.deadLetters > 0 ? element("div", {}, element("small", { class: "problem" }, amountOf(step.deadLetters, "dead letter"))) : null;
  const changed = step.changedContent > 0 ? element("div", {}, element("small", { class: "problem" }, `${shown(step.changedContent)} with a known key and another content`)) : null;
  return element(
    "div",
    { class: "step", "data-route": step.route },
    element("div", { class: "rate" }, rate),
    element("div", { class: "arrow" }),
    element("div", {}, mark(step.level, step.state), " ", pauseButton(step, show)),
    element("div", {}, lag(step)),
    moved,
    letters,
    changed,
    step.paused ? element("div", {}, element("small", { title: `since ${step.pausedSince}, ${step.pauses}` }, step.why)) : null,
    step.why && !step.paused ? element("p", { class: `problem ${step.level}`, title: step.why }, step.why) : null,
    step.failure && step.failure.reason !== step.why ? element("p", { class: "faint", title: step.failure.reason }, `last failure ${ago(step.failure.time)}: ${step.failure.reason}`) : null,
  );
}

/** show() draws them anew, after one was paused or resumed. */
export function pipelines(flow, show) {
  const drawn = lanes(flow.steps).map((steps) =>
    element("div", { class: "lane" }, place(steps[0].from), steps.flatMap((step) => [arrow(step, show), place(step.to)])),
  );
  const waiting = flow.waiting.map((part) => problem(`${part.part} ${part.needs === "you" ? "needs you" : "waits"}, ${ago(part.time)}: ${part.reason}`));
  return [servers(flow.servers), ...waiting, ...(drawn.length ? drawn : [note("No pipeline is configured: see caravan.outboxes, caravan.sinks and caravan.jobs.")])];
}

export function rateChart(rates) {
  const series = () => [...rates.series].map(([route, points]) => ({ name: route, type: "line", showSymbol: false, data: points, lineStyle: { width: 2 } }));
  return chart(
    () => ({ ...overTime("rows/s"), series: series() }),
    () => toldOverTime("Rates of each step since the page was opened", "rows/s", series()),
  );
}

const ROUTE_MARKS = { Started: "good", Paused: "neutral" };

export function routes(list) {
  const columns = [
    { name: "route", type: "String", kind: "short" },
    { name: "state", type: "String", kind: "short" },
    { name: "exchanges", type: "Int64" },
    { name: "failed", type: "Int64" },
    { name: "in flight", type: "Int64" },
    { name: "mean ms", type: "Int64" },
    { name: "last failure", type: "String", kind: "long" },
  ];
  const rows = list.map((route) => [
    element("code", {}, route.id),
    mark(ROUTE_MARKS[route.state] ?? "warn", route.state === "Started" ? "runs" : route.state.toLowerCase()),
    route.exchanges,
    route.failed,
    route.inflight,
    route.meanMs < 0 ? null : route.meanMs,
    route.failure ? element("span", { title: route.failure.time, "data-value": Date.parse(route.failure.time) }, `${ago(route.failure.time)}: ${route.failure.reason}`) : null,
  ]);
  return table(columns, rows);
}
