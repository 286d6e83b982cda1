// The board's frame: pages by the address's fragment, panels that fetch what they show, the range of days, the login.
//
// A page is a call of page(); most of its panels are queryPanel("a named query", …) with a drawing such as table() or
// lines(). All text goes in as text, never as markup.

/** How long a panel that has a problem to show waits until it asks again. */
const AGAIN_MS = 5_000;

const pages = new Map();
let session = { user: null, reads: true };
let closing = [];

/** An element with attributes, event listeners (functions) and children; null children are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child != null));
  return made;
}

/**
 * Adds a page: draw(container, days) fills it whenever it is shown or the range of days changes.
 * options.days: true for pages that look at a range of days; options.zone: whose days they are, if not UTC's.
 */
export function page(id, title, draw, options = {}) {
  pages.set(id, { title, draw, days: options.days === true, zone: options.zone ?? "UTC" });
}

/** Runs something when the page that is shown now goes. */
export function whenLeft(done) {
  closing.push(done);
}

/** Does something now and then, as long as the page is shown and looked at. */
export function every(milliseconds, work) {
  let timer;
  let left = false;
  const round = async () => {
    if (!document.hidden) await work();
    if (!left) timer = setTimeout(round, milliseconds);
  };
  whenLeft(() => {
    left = true;
    clearTimeout(timer);
  });
  return round();
}

/** What an address answers; an object with problem, a sentence, where it cannot be had. */
export async function get(address) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(30_000) });
    const body = await answer.json();
    if (answer.status === 403 && !session.user) ask();
    return body;
  } catch (failure) {
    const late = failure.name === "TimeoutError";
    return { problem: late ? "No answer within 30 s." : "Caravan does not answer: is it still running?" };
  }
}

const asked = new Map();

/** As get(); panels that ask for the same at the same time share one answer. */
function shared(address) {
  if (!asked.has(address)) asked.set(address, get(address).finally(() => asked.delete(address)));
  return asked.get(address);
}

/** Does something: logs in first if need be, and shows what came of it. True if it was done. */
export async function act(address, body) {
  if (!session.user && !(await ask())) return false;
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const said = await answer.json();
    if (answer.status === 403 && (await login())) return act(address, body);
    notice(said.done ?? said.problem);
    return answer.ok;
  } catch {
    notice("Caravan does not answer: is it still running?");
    return false;
  }
}

/** Shows a sentence for some seconds. */
export function notice(text) {
  const place = document.getElementById("notice");
  place.textContent = text;
  place.hidden = false;
  clearTimeout(notice.timer);
  notice.timer = setTimeout(() => (place.hidden = true), 8_000);
}

/** A titled panel; its content is what the caller appends to it. */
export function panel(title, hint = "", ...more) {
  const head = element("div", { class: "head" }, element("h2", {}, title), element("span", { class: "faint" }, hint), more);
  return element("section", { class: "panel", "aria-label": title }, head);
}

/**
 * Puts new content in place of old, unless somebody is selecting or about to press something in it; tables stay
 * where they were scrolled to.
 */
export function refill(place, ...content) {
  const selection = getSelection();
  const busy = place.contains(document.activeElement) || (!selection.isCollapsed && place.contains(selection.anchorNode));
  if (busy) return;
  const scrolled = [...place.querySelectorAll(".wide")].map((wide) => [wide.scrollLeft, wide.scrollTop]);
  place.replaceChildren(...content);
  place.querySelectorAll(".wide").forEach((wide, i) => wide.scrollTo(...(scrolled[i] ?? [0, 0])));
}

export const note = (text) => element("p", { class: "note" }, text);
export const problem = (text) => element("p", { class: "problem" }, text);

/**
 * A panel that shows a named query's answer: draw(columns, rows) returns an element. It says so when there are no rows,
 * the table is not built or ClickHouse is away, asks again then, and offers the rows as a file.
 */
export function queryPanel(title, query, values, draw, hint = "") {
  const range = new URLSearchParams(values).toString();
  const file = element("a", { href: `/api/query/${query}.csv?${range}`, download: `${query}.csv` }, "CSV");
  const made = panel(title, hint, file);
  const place = element("div", {}, note("Asking ClickHouse …"));
  made.append(place);
  let left = false;
  whenLeft(() => (left = true));
  const ask = async () => {
    const former = formerMart(query);
    const answer = await shared(`/api/query/${query}?${range}`);
    if (left) return;
    file.hidden = !answer.data?.length;
    if (answer.problem) {
      place.replaceChildren(problem(answer.problem));
      setTimeout(() => left || ask(), AGAIN_MS);
    } else if (answer.data.length === 0) {
      place.replaceChildren(note("Nothing in these days."));
    } else {
      place.replaceChildren(draw(answer.meta, answer.data));
    }
    const old = await former;
    if (old && !left) place.prepend(problem(old));
  };
  ask();
  return made;
}

/** A sentence where a query is of the mart of its name, and the mart is not of what was loaded last. */
async function formerMart(query) {
  const mart = (await shared("/api/marts")).models?.find((model) => model.name === `marts.${query}`);
  if (!mart || (mart.state !== "failed" && mart.state !== "stale")) return null;
  return `${mart.built ? `As of ${mart.built.replace("T", " ").replace("Z", " UTC")}` : "Not built yet"}: ${mart.problem}`;
}

const NUMBER = /^(Nullable\()?(U?Int|Float|Decimal)/;
const SHARE = /(^|_)(share|conversion)$/;
const FEW = 8;

/** How tables were sorted, by their columns: those that are drawn anew stay so. */
const sorted = new Map();

const collator = new Intl.Collator(undefined, { numeric: true });

function compare(one, other) {
  if (one === null || other === null) return (one === null) - (other === null);
  return typeof one === "number" && typeof other === "number" ? one - other : collator.compare(String(one), String(other));
}

/**
 * Rows as a table: columns are {name, type} as ClickHouse names them; numbers stand to the right, shares are percentages. A
 * kind of "short" keeps a column on one line, "long" gives it room. A click on a column's name sorts by it; many rows can be
 * searched.
 */
export function table(columns, rows) {
  const kind = (column) => {
    if (NUMBER.test(column.type)) return "number";
    return column.kind ?? (/Date/.test(column.type) ? "short" : "");
  };
  const text = (value, column) => (SHARE.test(column.name) && typeof value === "number" ? percent(value) : shown(value));
  const key = columns.map((column) => column.name).join();
  const plain = (value) => (value instanceof Node ? value.title || value.textContent : value);
  const body = element("tbody");
  const buttons = columns.map((column, i) => element("button", { type: "button", class: "quiet", click: () => sort(i) }, column.name.replaceAll("_", " ")));
  const heads = columns.map((column, i) => element("th", { class: kind(column), scope: "col" }, column.name ? buttons[i] : null));
  const lines = rows.map((row) => ({
    row,
    line: element("tr", {}, row.map((value, i) => element("td", { class: kind(columns[i]) }, value instanceof Node ? value : text(value, columns[i])))),
  }));
  const sort = (column) => {
    const before = sorted.get(key);
    sorted.set(key, { column, down: before?.column === column && !before.down });
    fill();
    buttons[column].blur();
  };
  const fill = () => {
    const order = sorted.get(key);
    heads.forEach((head, i) => (i === order?.column ? head.setAttribute("aria-sort", order.down ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
    const all = order ? lines.toSorted((one, other) => (order.down ? -1 : 1) * compare(plain(one.row[order.column]), plain(other.row[order.column]))) : lines;
    body.replaceChildren(...all.map(({ line }) => line));
  };
  fill();
  const wide = element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Table" }, element("table", {}, element("thead", {}, element("tr", {}, heads)), body));
  if (rows.length <= FEW) return wide;
  const count = element("small", {}, `${shown(rows.length)} rows`);
  const find = element("input", {
    type: "search",
    placeholder: "Search",
    "aria-label": "Search in the table",
    input: () => {
      const wanted = find.value.toLowerCase();
      lines.forEach(({ line }) => (line.hidden = !line.textContent.toLowerCase().includes(wanted)));
      const left = lines.filter(({ line }) => !line.hidden).length;
      count.textContent = wanted ? `${shown(left)} of ${shown(rows.length)} rows` : `${shown(rows.length)} rows`;
    },
  });
  return element("div", {}, element("div", { class: "row above" }, find, count), wide);
}

/** A name that may go on in the next line behind its underscores, points and slashes. */
export function name(text) {
  return text.split(/(?<=[_./])/).flatMap((part) => [part, element("wbr")]);
}

/** A value for reading: thousands apart, nothing for null. */
export function shown(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return value.toLocaleString("en", { maximumFractionDigits: 4 });
  return String(value);
}

/** How long ago a time was, in a few letters. */
export function ago(time) {
  return `${duration((Date.now() - Date.parse(time)) / 1000)} ago`;
}

export function duration(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const scheme = matchMedia("(prefers-color-scheme: dark)");
const LIGHT = ["#a84a12", "#2f6f9f", "#2c7a4b", "#8a5a9e", "#8a6d00", "#b3405f", "#4d6b6b", "#5b5bb5", "#7a5230", "#5f7d1f"];
const DARK = ["#f0935a", "#74b3e0", "#6cc48c", "#c79be0", "#d9bd52", "#f08aa5", "#9dbdbd", "#a5a5f0", "#cfa582", "#aecb6b"];

/** What all charts of the board have in common, in the colours of now. */
function look() {
  // A canvas knows of no "inherit", and would measure with another font than it draws with.
  const { fontFamily } = getComputedStyle(document.body);
  const text = { color: colour("faint"), fontFamily, fontSize: 12 };
  const axis = { axisLine: { lineStyle: { color: colour("line") } }, axisTick: { show: false }, axisLabel: text };
  const lines = { splitLine: { lineStyle: { color: colour("line") } } };
  return {
    color: scheme.matches ? DARK : LIGHT,
    backgroundColor: "transparent",
    textStyle: { fontFamily, color: colour("text") },
    // A legend that scrolls is cut off at its lines' height.
    legend: { textStyle: { ...text, lineHeight: 18 }, pageTextStyle: text },
    timeAxis: { ...axis, splitLine: { show: false } },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, ...lines, axisLine: { show: false } },
    tooltip: { backgroundColor: colour("panel"), borderColor: colour("line"), textStyle: { color: colour("text"), fontSize: 12 } },
  };
}

/**
 * A chart of ECharts: option() gives its option and is asked again when the colours change. The element has redraw() for
 * new data. Tooltips are drawn, not made of markup: the page's policy lets no text become markup.
 */
export function chart(option, label) {
  const place = element("div", { class: "chart", role: "img", "aria-label": label });
  let drawn;
  place.redraw = () => drawn?.setOption(option(), { notMerge: false });
  const draw = () => {
    drawn?.dispose();
    drawn = echarts.init(place, look(), { renderer: "canvas" });
    drawn.setOption({
      animation: false,
      aria: { enabled: true },
      grid: { left: 8, right: 12, top: 38, bottom: 8, containLabel: true },
      legend: { type: "scroll", top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 4 },
      tooltip: { trigger: "axis", renderMode: "richText" },
      ...option(),
    });
  };
  // ECharts measures the element: it must stand on the page.
  const size = new ResizeObserver(() => (drawn ? drawn.resize() : draw()));
  size.observe(place);
  scheme.addEventListener("change", draw);
  whenLeft(() => {
    size.disconnect();
    scheme.removeEventListener("change", draw);
    drawn?.dispose();
  });
  return place;
}

/** A share as a percentage. */
export function percent(value, digits = 1) {
  return value === null ? "–" : `${(value * 100).toFixed(digits)} %`;
}

/** For queryPanel: a drawing of some of the columns, in this order. */
export function of(names, draw) {
  return (columns, rows) => {
    const at = names.map((name) => columns.findIndex((column) => column.name === name));
    return draw(at.map((index) => columns[index]), rows.map((row) => at.map((index) => row[index])));
  };
}

/** Long names are cut, and those at the ends stay on the picture. */
const NAMES = { hideOverlap: true, width: 120, overflow: "truncate", alignMinLabel: "left", alignMaxLabel: "right" };

/** Rows by the day with a row for each day: one that is not there is a gap, and no line goes across it. */
function eachDay(columns, rows) {
  if (!/^(Nullable\()?Date/.test(columns[0].type) || rows.length < 2) return rows;
  const there = new Map(rows.map((row) => [row[0].slice(0, 10), row]));
  const [first, last] = [rows[0][0], rows.at(-1)[0]].map((time) => Date.parse(time.slice(0, 10)));
  const all = [];
  for (let time = first; time <= last; time += DAY) {
    const key = new Date(time).toISOString().slice(0, 10);
    all.push(there.get(key) ?? [key, ...columns.slice(1).map(() => null)]);
  }
  return there.size === rows.length ? all : rows;
}

/** For queryPanel: one line a column of numbers, over the first column. */
export function lines(columns, given, type = "line", more = {}) {
  const rows = eachDay(columns, given);
  const series = columns.slice(1).map((column, i) => ({
    name: column.name.replaceAll("_", " "),
    type,
    showSymbol: rows.length < 40,
    symbolSize: 5,
    barMaxWidth: 56,
    data: rows.map((row) => row[i + 1]),
  }));
  return chart(
    () => ({ xAxis: { type: "category", axisLabel: NAMES, data: rows.map((row) => row[0]) }, yAxis: { type: "value" }, series, ...more }),
    `${columns.slice(1).map((column) => column.name.replaceAll("_", " ")).join(", ")} by ${columns[0].name.replaceAll("_", " ")}, from ${rows[0][0]} to ${rows.at(-1)[0]}; the last: ${rows.at(-1).slice(1).map(shown).join(", ")}`,
  );
}

const MOST_BARS = 20;

/** For queryPanel: as lines, with bars; of many that are no days, those with the most of the first column of numbers. */
export function bars(columns, rows) {
  if (rows.length <= MOST_BARS || /Date/.test(columns[0].type)) return lines(columns, rows, "bar");
  const most = new Set([...rows].sort((one, other) => other[1] - one[1]).slice(0, MOST_BARS));
  const few = rows.filter((row) => most.has(row));
  const names = columns[1].name.replaceAll("_", " ");
  return element("div", {}, note(`The ${MOST_BARS} of ${shown(rows.length)} with the most ${names}; all are in the table.`), lines(columns, few, "bar"));
}

/** For queryPanel: as lines, of shares. */
export const percentLines = (columns, rows) =>
  lines(columns, rows, "line", {
    yAxis: { type: "value", axisLabel: { formatter: (value) => percent(value, 0) } },
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => percent(value ?? null) },
  });

// --- The login ---------------------------------------------------------------------------------------------------------

const dialog = document.getElementById("login");

/** Asks for user and password; true when logged in. One question at a time. */
function ask() {
  ask.open ??= new Promise((resolve) => {
    const form = dialog.querySelector("form");
    const said = form.querySelector(".problem");
    const end = (done) => {
      ask.open = undefined;
      form.reset();
      said.hidden = true;
      dialog.close();
      resolve(done);
    };
    form.onsubmit = async (event) => {
      event.preventDefault();
      const answer = await fetch("/api/session/in", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(Object.fromEntries(new FormData(form))),
      }).catch(() => null);
      const body = answer ? await answer.json() : { problem: "Caravan does not answer." };
      if (answer?.ok) {
        const wasClosed = !session.reads;
        await refresh();
        end(true);
        if (wasClosed) show();
      } else {
        said.textContent = body.problem;
        said.hidden = false;
      }
    };
    form.querySelector("[value=cancel]").onclick = () => end(false);
    dialog.oncancel = () => end(false);
    dialog.showModal();
  });
  return ask.open;
}

/** After a session has ended elsewhere. */
async function login() {
  session.user = null;
  return ask();
}

async function refresh() {
  const answer = await fetch("/api/session").then((found) => found.json(), () => null);
  if (answer) session = answer;
  const button = document.getElementById("session");
  button.hidden = false;
  button.textContent = session.user ? `Log out ${session.user}` : "Log in";
}

document.getElementById("session").addEventListener("click", async () => {
  if (!session.user) {
    await ask();
    return;
  }
  await fetch("/api/session/out", { method: "POST" });
  await refresh();
  show();
});

// --- Which page, and which days ----------------------------------------------------------------------------------------

const form = document.getElementById("days");
const DAY = 86_400_000;
// Sweden writes YYYY-MM-DD.
const day = (time, zone) => new Date(time).toLocaleDateString("sv", { timeZone: zone });

/** The address's fragment: #PAGE or #PAGE?from=…&to=…, so that a view can be sent to somebody. */
function place() {
  const [id, query] = location.hash.slice(1).split("?");
  const given = new URLSearchParams(query);
  const current = pages.has(id) ? id : pages.keys().next().value;
  const { zone } = pages.get(current);
  const now = Date.now();
  return {
    id: current,
    days: { from: given.get("from") || day(now - 29 * DAY, zone), to: given.get("to") || day(now, zone) },
  };
}

function show() {
  closing.forEach((done) => done());
  closing = [];
  const { id, days } = place();
  const { title, draw, days: ranged } = pages.get(id);
  document.title = `${title} · Caravan`;
  document.getElementById("pages").replaceChildren(
    ...[...pages].map(([name, other]) =>
      element("a", { href: `#${name}`, "aria-current": name === id ? "page" : null }, other.title),
    ),
  );
  form.hidden = !ranged;
  form.elements.from.value = days.from;
  form.elements.to.value = days.to;
  const main = document.getElementById("page");
  main.replaceChildren(element("h1", {}, title));
  document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (!session.reads) {
    main.append(element("section", { class: "panel" }, note("Log in to read the board.")));
    return;
  }
  draw(main, days);
}

form.addEventListener("change", () => {
  if (!form.reportValidity()) return;
  const range = new URLSearchParams(new FormData(form));
  location.hash = `${place().id}?${range}`;
});

for (const preset of form.querySelectorAll("button")) {
  preset.addEventListener("click", () => {
    const { id, days } = place();
    const from = new Date(Date.parse(days.to) - (preset.value - 1) * DAY).toISOString().slice(0, 10);
    location.hash = `${id}?${new URLSearchParams({ from, to: days.to })}`;
  });
}

/** Shows the first page; after all pages were added. */
export async function start() {
  await refresh();
  addEventListener("hashchange", show);
  show();
  if (!session.reads) ask();
}
