// Pictures of ECharts: lines and bars over days or names, in the colours of now, with their units and a text of their own.
import { element, note } from "./elements.js";
import { formatted, short, shown, words } from "./format.js";
import { whenLeft } from "./leaving.js";

const DAY = 86_400_000;

/** From so many days or times on, a chart has a slider to zoom with. */
const ZOOMED = 15;

const MOST_BARS = 20;
const FEW_NAMES = 6;

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const scheme = matchMedia("(prefers-color-scheme: dark)");
const narrow = matchMedia("(max-width: 700px)");
const LIGHT = ["#a84a12", "#2f6f9f", "#2c7a4b", "#8a5a9e", "#8a6d00", "#b3405f", "#4d6b6b", "#5b5bb5", "#7a5230", "#5f7d1f"];
const DARK = ["#f0935a", "#74b3e0", "#6cc48c", "#c79be0", "#d9bd52", "#f08aa5", "#9dbdbd", "#a5a5f0", "#cfa582", "#aecb6b"];

export const isDark = () => scheme.matches;

/** The colours of series, in their order. */
export const colours = () => (isDark() ? DARK : LIGHT);

/** What all charts of the board have in common, in the colours of now. */
function look() {
  // A canvas knows of no "inherit", and would measure with another font than it draws with.
  const { fontFamily } = getComputedStyle(document.body);
  const text = { color: colour("faint"), fontFamily, fontSize: 12 };
  const axis = { axisLine: { lineStyle: { color: colour("line") } }, axisTick: { show: false }, axisLabel: text, nameTextStyle: text };
  const lines = { splitLine: { lineStyle: { color: colour("line") } } };
  return {
    color: colours(),
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
 * A chart of ECharts: option() gives its option and is asked again when the colours change or the page gets narrow; label()
 * says what it shows. The element has redraw() for new data. Tooltips are drawn, not made of markup: the page's policy lets
 * no text become markup.
 */
export function chart(option, label) {
  const place = element("div", { class: "chart", role: "img", "aria-label": label() });
  let drawn;
  place.redraw = () => {
    drawn?.setOption(option(), { notMerge: false });
    place.setAttribute("aria-label", label());
  };
  const draw = () => {
    drawn?.dispose();
    drawn = echarts.init(place, look(), { renderer: "canvas" });
    drawn.setOption({
      animation: false,
      useUTC: true,
      grid: { left: 8, right: 12, top: 38, bottom: 8, containLabel: true },
      legend: { type: "scroll", top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 4 },
      tooltip: { trigger: "axis", renderMode: "richText" },
      ...option(),
    });
  };
  // ECharts measures the element: it must stand on the page, and be shown.
  const size = new ResizeObserver(() => place.clientWidth && (drawn ? drawn.resize() : draw()));
  size.observe(place);
  const looks = [scheme, narrow];
  looks.forEach((query) => query.addEventListener("change", draw));
  whenLeft(() => {
    size.disconnect();
    looks.forEach((query) => query.removeEventListener("change", draw));
    drawn?.dispose();
  });
  return place;
}

/** What a chart over the time has, beside its series; unit is that of its values, times is how many it has of each at most. */
export function overTime(unit, times = 0) {
  const zoomed = times >= ZOOMED;
  return {
    xAxis: { type: "time", name: "time (UTC)", nameLocation: "middle", nameGap: 24, axisLabel: DAYS },
    yAxis: { type: "value", name: unit, min: 0, nameTextStyle: { align: "left" } },
    grid: { left: 8, right: HALF_A_DAY, top: 58, bottom: zoomed ? 52 : 28, containLabel: true },
    dataZoom: zoomed ? zoom() : [],
  };
}

/** A chart over the time in words: of each line the latest value, the least and the most, with their times. */
export function toldOverTime(title, unit, series) {
  const at = ([time, value]) => `${shown(Math.round(100 * value) / 100)} (${new Date(time).toISOString().slice(0, 19).replace("T", " ")})`;
  const each = series.map(({ name, data }) => {
    const points = data.filter((point) => typeof point[1] === "number").sort((one, other) => one[0] - other[0]);
    if (!points.length) return `${name}: nothing.`;
    const [least, most] = [(one, other) => other[1] < one[1], (one, other) => other[1] > one[1]].map((better) =>
      points.reduce((best, point) => (better(best, point) ? point : best)),
    );
    return `${name}: latest ${at(points.at(-1))}, least ${at(least)}, most ${at(most)}.`;
  });
  return `${title}, in ${unit}, times in UTC. ${each.join(" ")}`;
}

/** For queryPanel: a drawing of some of the columns, in this order; with options, if it takes some. */
export function of(names, draw, options) {
  return (columns, rows) => {
    const at = names.map((name) => columns.findIndex((column) => column.name === name));
    return draw(at.map((index) => columns[index]), rows.map((row) => at.map((index) => row[index])), options);
  };
}

const DAYS = { hideOverlap: true };

/** Right of a chart over days or the time: half of the last label, which is in the middle of its place. */
const HALF_A_DAY = 38;

/** Below bars: long names are cut, so that each stays below its own. */
const names = (count) => ({ interval: 0, width: narrow.matches ? 300 / count - 8 : 120, overflow: "truncate" });
const below = () => ({ interval: 0, width: narrow.matches ? 110 : 220, overflow: "truncate" });

const isDay = (column) => /^(Nullable\()?Date/.test(column.type);

/** Rows by the day with a row for each day: one that is not there is a gap, and no line goes across it. */
function eachDay(columns, rows) {
  if (!isDay(columns[0]) || rows.length < 2) return rows;
  const there = new Map(rows.map((row) => [row[0].slice(0, 10), row]));
  const [first, last] = [rows[0][0], rows.at(-1)[0]].map((time) => Date.parse(time.slice(0, 10)));
  const all = [];
  for (let time = first; time <= last; time += DAY) {
    const key = new Date(time).toISOString().slice(0, 10);
    all.push(there.get(key) ?? [key, ...columns.slice(1).map(() => null)]);
  }
  return there.size === rows.length ? all : rows;
}

/** What a chart shows, for those who do not see it: of each column the least and the most, and the last of days. */
function told(columns, rows, counted) {
  const [by, ...values] = columns;
  const each = values.map((column, i) => {
    const points = rows.filter((row) => row[i + 1] !== null).map((row) => [row[i + 1], row[0]]);
    if (points.length === 0) return `${words(column.name)}: nothing.`;
    const [least, most] = [Math.min, Math.max].map((end) => points.find(([value]) => value === end(...points.map((point) => point[0]))));
    const at = ([value, where]) => `${formatted(value, column.name)} (${where || "no name"})`;
    const last = isDay(by) ? `, last ${at(points.at(-1))}` : "";
    return `${words(column.name)}: least ${at(least)}, most ${at(most)}${last}.`;
  });
  const range = isDay(by) ? `, ${rows[0][0]} to ${rows.at(-1)[0]}` : "";
  return `${values.map((column) => words(column.name)).join(", ")}${counted ? ` in ${counted}` : ""} by ${words(by.name)}${range}. ${each.join(" ")}`;
}

/** A slider below the days or times, and a wheel with Ctrl, so that the page still scrolls. */
const zoom = () => [
  { type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseMove: false, moveOnMouseWheel: false },
  {
    type: "slider",
    height: 16,
    bottom: 4,
    brushSelect: false,
    showDataShadow: false,
    borderColor: colour("line"),
    fillerColor: colour("shade"),
    handleStyle: { borderColor: colour("faint"), color: colour("panel") },
    moveHandleStyle: { color: colour("faint") },
    emphasis: { handleStyle: { borderColor: colour("accent") }, moveHandleStyle: { color: colour("accent") } },
    textStyle: { color: colour("faint") },
  },
];

/** Of bars that stand in front of each other, the one behind: a frame, which those in front fill. */
const frame = () => ({ color: colour("shade"), borderColor: colour("faint"), borderWidth: 1 });

/**
 * For queryPanel: a line a column of numbers, over the first column.
 *
 * options.unit: what the numbers count, where they are no amounts or shares, which are written as such; options.type:
 * "line" or "bar"; options.stacked: bars upon each other; options.inside: bars of parts in front of the first column's,
 * of which they are a part.
 */
export function lines(columns, given, options = {}) {
  const rows = eachDay(columns, given);
  const { type = "line", stacked = false, inside = false } = options;
  const [by, first] = columns;
  const counted = options.unit;
  const zoomed = isDay(by) && rows.length >= ZOOMED;
  // Many names are read one below the other.
  const across = !isDay(by) && rows.length > FEW_NAMES;
  const series = () =>
    columns.slice(1).map((column, i) => ({
      name: words(column.name),
      type,
      showSymbol: rows.length < 40,
      symbolSize: 5,
      barMaxWidth: across ? 18 : 56,
      stack: stacked ? "all" : null,
      barGap: inside ? "-100%" : null,
      itemStyle: inside && i === 0 ? frame() : {},
      data: rows.map((row) => row[i + 1]),
    }));
  const places = () => ({
    type: "category",
    inverse: across,
    name: isDay(by) ? `${words(by.name)} (UTC)` : words(by.name),
    nameLocation: across ? "start" : "middle",
    nameGap: across ? 10 : 24,
    axisLabel: isDay(by) ? DAYS : across ? below() : names(rows.length),
    data: rows.map((row) => row[0] || "–"),
  });
  const values = {
    type: "value",
    name: counted,
    nameLocation: across ? "middle" : "end",
    nameGap: across ? 24 : 14,
    nameTextStyle: across ? {} : { align: "left" },
    axisLabel: { hideOverlap: true, formatter: (value) => short(value, first.name) },
  };
  const made = chart(
    () => ({
      grid: { left: 8, right: across ? 28 : isDay(by) ? HALF_A_DAY : 12, top: counted || across ? 58 : 38, bottom: zoomed ? 52 : 28, containLabel: true },
      xAxis: across ? values : places(),
      yAxis: across ? places() : values,
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => formatted(value ?? null, first.name) },
      dataZoom: zoomed ? zoom() : [],
      series: series(),
    }),
    () => told(columns, rows, counted),
  );
  if (across) made.style.height = `${120 + 24 * rows.length}px`;
  return made;
}

/**
 * For queryPanel: as lines, with bars; of many that are no days, those with the most. options.by: the last column, which
 * says the most of what, and is not drawn; without it, the first column of numbers.
 */
export function bars(columns, rows, options = {}) {
  const drawn = options.by ? columns.length - 1 : columns.length;
  const draw = (some) => lines(columns.slice(0, drawn), some.map((row) => row.slice(0, drawn)), { ...options, type: "bar" });
  if (rows.length <= MOST_BARS || isDay(columns[0])) return draw(rows);
  const at = options.by ? drawn : 1;
  const most = new Set([...rows].sort((one, other) => other[at] - one[at]).slice(0, MOST_BARS));
  return element(
    "div",
    {},
    note(`The ${MOST_BARS} of ${shown(rows.length)} with the most ${words(columns[at].name)}; all are in the table.`),
    draw(rows.filter((row) => most.has(row))),
  );
}
