// Flow: what moves from where to where, what was rejected, what the jobs did.
import { act, ago, chart, duration, element, every, get, name, note, page, panel, problem, queryPanel, refill, shown, table } from "../board.js";

const LOOK_MS = 2_000;
const SLOWER_MS = 5_000;
const HISTORY = 300;

/** Rows by the second of each step, since the page was opened: the runtime counts, the browser takes differences. */
class Rates {
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

const rates = new Rates();

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

/** The servers that the pipelines need: each answers, or does not, and since when. */
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
        element("small", {}, server.answers ? (server.latencyMs == null ? "…" : `${server.latencyMs} ms`) : `no answer for ${duration((Date.now() - Date.parse(server.since)) / 1000)}`),
      ),
    ),
  );
}

function lag(step) {
  if (step.lag === undefined) return null;
  const old = step.lag > 0 && step.lagSeconds > 0 ? ` for ${duration(step.lagSeconds)}` : "";
  return element("small", {}, `${shown(step.lag)} ${step.lagUnit}${old}`);
}

function arrow(step) {
  const rate = step.job ? step.job : step.rate == null ? "…" : `${shown(Math.round(step.rate * 10) / 10)} rows/s`;
  const moved = step.rows === undefined ? null : element("small", {}, `${shown(step.rows)} since the start`);
  const letters = step.deadLetters > 0 ? element("div", {}, element("small", { class: "problem" }, `${shown(step.deadLetters)} ${step.deadLetters === 1 ? "dead letter" : "dead letters"}`)) : null;
  const changed = step.changedContent > 0 ? element("div", {}, element("small", { class: "problem" }, `${shown(step.changedContent)} with a known key and another content`)) : null;
  return element(
    "div",
    { class: "step", "data-route": step.route },
    element("div", { class: "rate" }, rate),
    element("div", { class: "arrow" }),
    element("div", {}, mark(step.level, step.state)),
    element("div", {}, lag(step)),
    moved,
    letters,
    changed,
    step.why ? element("p", { class: "problem", title: step.why }, step.why) : null,
    step.failure && step.failure.reason !== step.why ? element("p", { class: "faint", title: step.failure.reason }, `last failure ${ago(step.failure.time)}: ${step.failure.reason}`) : null,
  );
}

function pipelines(flow) {
  const drawn = lanes(flow.steps).map((steps) =>
    element("div", { class: "lane" }, place(steps[0].from), steps.flatMap((step) => [arrow(step), place(step.to)])),
  );
  const waiting = flow.waiting.map((part) => problem(`${part.part} ${part.needs === "you" ? "needs you" : "waits"}, ${ago(part.time)}: ${part.reason}`));
  return [servers(flow.servers), ...waiting, ...(drawn.length ? drawn : [note("No pipeline is configured: see caravan.outboxes, caravan.sinks and caravan.jobs.")])];
}

function rateChart(rates) {
  return chart(
    () => ({
      xAxis: { type: "time", axisLabel: { hideOverlap: true } },
      yAxis: { type: "value", name: "rows/s", min: 0, minInterval: 1, nameTextStyle: { align: "left" } },
      grid: { left: 8, right: 12, top: 58, bottom: 8, containLabel: true },
      series: [...rates.series].map(([route, points]) => ({ name: route, type: "line", showSymbol: false, data: points, lineStyle: { width: 2 } })),
    }),
    "Rows per second of each step since the page was opened",
  );
}

/** For queryPanel: a chart of each of the two, a line a pipeline; a time without a runtime is a gap. */
function history(columns, rows) {
  const step = 300_000;
  const pipelines = [...new Set(rows.map((row) => row[1]))];
  const draw = (at, label) =>
    chart(
      () => ({
        xAxis: { type: "time", axisLabel: { hideOverlap: true } },
        yAxis: { type: "value", name: label, min: 0, nameTextStyle: { align: "left" } },
        grid: { left: 8, right: 12, top: 58, bottom: 8, containLabel: true },
        series: pipelines.map((pipeline) => {
          const points = rows.filter((row) => row[1] === pipeline).map((row) => [Date.parse(`${row[0].replace(" ", "T")}Z`), row[at]]);
          const data = points.flatMap((point, i) => (i && point[0] - points[i - 1][0] > step ? [[point[0] - step, null], point] : [point]));
          return { name: pipeline, type: "line", showSymbol: data.length < 3, data };
        }),
      }),
      `${label} of each pipeline, from ${rows[0][0]} to ${rows.at(-1)[0]}`,
    );
  return element("div", {}, draw(2, "rows/s"), draw(3, "waiting"));
}

function routes(list) {
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
    mark(route.state === "Started" ? "good" : "warn", route.state === "Started" ? "runs" : route.state.toLowerCase()),
    route.exchanges,
    route.failed,
    route.inflight,
    route.meanMs < 0 ? null : route.meanMs,
    route.failure ? `${ago(route.failure.time)}: ${route.failure.reason}` : null,
  ]);
  return table(columns, rows);
}

function letters(found, again) {
  if (found.problem) return [problem(found.problem)];
  const filled = found.topics.filter((topic) => topic.records > 0);
  if (!filled.length) return [note("Nothing has been rejected.")];
  return filled.flatMap((topic) => {
    const send = element("button", { type: "button", "data-topic": topic.topic, click: () => again(topic.topic, send) }, "Replay");
    const unsent = topic.letters.filter((letter) => !letter.replayed).length;
    const rows = topic.letters.map((letter) => [
      element("span", { title: letter.time }, ago(letter.time)),
      letter.replayed ? element("span", { class: "mark" }, "replayed") : element("span", { class: "mark warn" }, "waits"),
      letter.origin,
      element("code", {}, letter.key ?? "–"),
      letter.reason,
      element("code", {}, letter.value ?? "–"),
    ]);
    const kinds = { rejected: "short", key: "short", reason: "long", value: "long", "": "short" };
    const columns = ["rejected", "", "from", "key", "reason", "value"].map((name) => ({ name, type: "String", kind: kinds[name] }));
    return [
      element("div", { class: "row" }, element("h3", {}, topic.topic), element("small", {}, `${shown(topic.records)} records, the newest ${topic.letters.length} below, ${unsent} of them not replayed`), send),
      table(columns, rows),
    ];
  });
}

function jobs(found) {
  const made = [];
  if (found.jobs.length) {
    made.push(
      table(
        [{ name: "job", type: "String" }, { name: "schedule (UTC)", type: "String", kind: "short" }, { name: "next", type: "String", kind: "short" }],
        found.jobs.map((job) => [job.name, element("code", {}, job.cron), job.next?.replace("T", " ").replace(/:00Z$/, " UTC")]),
      ),
    );
  } else {
    made.push(note("No job runs here: see caravan.jobs."));
  }
  if (found.problem) return [...made, problem(found.problem)];
  if (found.due.length) {
    made.push(element("h3", {}, "Due"));
    made.push(
      table(
        [{ name: "job", type: "String" }, { name: "day", type: "Date" }, { name: "tries", type: "Int32" }, { name: "due for", type: "String", kind: "short" }, { name: "last problem", type: "String", kind: "long" }],
        found.due.map((due) => [due.job, due.day, due.attempts, ago(due.due_since).replace(" ago", ""), due.problem]),
      ),
    );
  }
  made.push(element("h3", {}, "Latest runs"));
  made.push(
    found.runs.length
      ? table(
          [{ name: "started", type: "String", kind: "short" }, { name: "job", type: "String" }, { name: "day", type: "Date" }, { name: "seconds", type: "Float64" }, { name: "", type: "String" }, { name: "report", type: "String", kind: "long" }],
          found.runs.map((run) => [
            element("span", { title: run.started }, ago(run.started)),
            run.job,
            run.day,
            run.seconds,
            element("span", { class: run.succeeded ? "mark good" : "mark bad" }, run.succeeded ? "done" : "failed"),
            run.message,
          ]),
        )
      : note("None yet."),
  );
  return made;
}

const FRESH = { fresh: "good", building: "", stale: "warn", empty: "warn", failed: "bad" };

function marts(found) {
  if (found.problem) return [problem(found.problem)];
  if (!found.models?.length) return [note("No mart is built here: see load in caravan.jobs, and cinema in caravan.streams.")];
  const columns = [
    { name: "model", type: "String", kind: "short" },
    { name: "state", type: "String", kind: "short" },
    { name: "built", type: "String", kind: "short" },
    { name: "seconds", type: "Float64" },
    { name: "rows", type: "UInt64" },
    { name: "problem", type: "String", kind: "long" },
  ];
  const rows = found.models.map((model) => [
    model.name,
    element("span", { class: `mark ${FRESH[model.state]}` }, model.state),
    model.built ? element("span", { title: model.built }, ago(model.built)) : "never",
    model.seconds,
    model.rows,
    model.problem,
  ]);
  return [table(columns, rows)];
}

/** Asks for a day of a job; it is built once, so that what is chosen in it stays. */
function askForDay(names, shownAgain) {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  return element(
    "form",
    {
      class: "row",
      submit: async (event) => {
        event.preventDefault();
        const chosen = Object.fromEntries(new FormData(event.target));
        if (await act("/api/jobs/run", chosen)) shownAgain();
      },
    },
    element("select", { name: "job", "aria-label": "Job" }, names.map((name) => element("option", {}, name))),
    element("input", { type: "date", name: "day", value: yesterday, required: true, "aria-label": "Day" }),
    element("button", { type: "submit" }, "Run this day"),
  );
}

page(
  "flow",
  "Flow",
  (main, days) => {
    const lanesPanel = panel("Pipelines", "from source to table");
    const lanesPlace = element("div", {}, note("Asking Caravan …"));
    const ratesPanel = panel("Rates", "since this page was opened");
    const picture = rateChart(rates);
    const routesPanel = panel("Routes", "of this process");
    const routesPlace = element("div", {});
    const lettersPanel = panel("Dead letters", "what no table could hold");
    const lettersPlace = element("div", {}, note("Asking Kafka …"));
    const jobsPanel = panel("Jobs", "work by the day");
    const jobsPlace = element("div", {}, note("Asking Postgres …"));
    const martsPanel = panel("Marts", "what is built from the tables, and checked");
    const martsPlace = element("div", {}, note("Asking Caravan …"));
    lanesPanel.append(lanesPlace);
    ratesPanel.append(picture);
    routesPanel.append(routesPlace);
    lettersPanel.append(lettersPlace);
    jobsPanel.append(jobsPlace);
    martsPanel.append(martsPlace);
    main.append(
      lanesPanel,
      ratesPanel,
      queryPanel("History", "history", days, history, "rows a second, and what waited at most; all runtimes, five minutes each, kept for eight days"),
      lettersPanel,
      jobsPanel,
      martsPanel,
      queryPanel("Loads", "loads", days, table, "daily files that were read to their end"),
      queryPanel("Rejected lines", "rejected_lines", days, table, "of daily files: mend the file, and run its day again"),
      routesPanel,
    );

    every(LOOK_MS, async () => {
      const flow = await get("/api/flow");
      if (flow.problem) {
        lanesPlace.replaceChildren(problem(flow.problem));
        return;
      }
      rates.add(flow);
      refill(lanesPlace, ...pipelines(flow));
      picture.redraw();
      refill(routesPlace, routes(flow.routes));
    });

    const showLetters = async () => {
      const found = await get("/api/dead-letters");
      refill(lettersPlace, ...letters(found, replay));
    };
    const replay = async (topic, button) => {
      button.disabled = true;
      await act("/api/dead-letters/replay", { topic });
      button.disabled = false;
      button.blur();
      await showLetters();
    };
    every(SLOWER_MS, showLetters);

    every(SLOWER_MS, async () => refill(martsPlace, ...marts(await get("/api/marts"))));

    let form;
    const showJobs = async () => {
      const found = await get("/api/jobs");
      if (!found.jobs) {
        jobsPlace.replaceChildren(problem(found.problem));
        return;
      }
      refill(jobsPlace, ...jobs(found));
      if (!form && found.jobs.length) {
        form = askForDay(found.jobs.map((job) => job.name), showJobs);
        jobsPanel.append(form);
      }
    };
    every(SLOWER_MS, showJobs);
  },
  { days: true },
);
