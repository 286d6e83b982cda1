// Experiments: what the groups of an A/B test do, and whether the difference can be chance.
import { element, page, percent, queryPanel, table } from "../board.js";

const SIGNIFICANT = 0.05;

const points = (value) => (value * 100).toFixed(1);
const money = (value) => value.toFixed(2);

const measures = [
  { name: "success_share", title: "share of successful tasks", format: percent, difference: points, unit: " points" },
  { name: "conversion", title: "conversion", format: percent, difference: points, unit: " points" },
  { name: "revenue_per_user", title: "revenue by user", format: (value) => (value === null ? "–" : money(value)), difference: money, unit: "" },
];

/** The difference to the control group, its interval, its p-value, and a mark where it is hardly chance. */
function difference(get, measure) {
  const value = get(`${measure.name}_difference`);
  if (value === null) return null;
  const sign = (number) => (number === null ? "–" : (number > 0 ? "+" : "") + measure.difference(number));
  const p = get(`${measure.name}_p_value`);
  const verdict = p === null || p >= SIGNIFICANT ? "mark" : value > 0 ? "mark good" : "mark bad";
  const interval = `[${sign(get(`${measure.name}_low`))}, ${sign(get(`${measure.name}_high`))}]`;
  const chance = p === null ? "" : p < 0.0001 ? ", p < 0.0001" : `, p = ${p.toFixed(4)}`;
  return element("div", {}, element("small", { class: verdict }, `${sign(value)}${measure.unit} ${interval}${chance}`));
}

function tests(columns, rows) {
  const at = new Map(columns.map((column, index) => [column.name, index]));
  const read = (row) => (name) => row[at.get(name)];
  const names = [...new Set(rows.map((row) => read(row)("ab_test_id")))];
  const head = [
    { name: "group", type: "String" },
    { name: "users", type: "UInt64" },
    ...measures.map((measure) => ({ name: measure.title, type: "String", kind: "short" })),
  ];
  return element(
    "div",
    {},
    names.flatMap((test) => [
      element("h3", {}, test),
      table(
        head,
        rows.map(read).filter((get) => get("ab_test_id") === test).map((get) => [
          get("ab_group") === get("control_group") ? `${get("ab_group")} (control)` : get("ab_group"),
          get("users"),
          ...measures.map((measure) => element("div", {}, measure.format(get(measure.name)), difference(get, measure))),
        ]),
      ),
    ]),
  );
}

page("experiments", "Experiments", (main) =>
  main.append(
    queryPanel("A/B tests", "ab_tests", {}, tests, "all days; below each figure the difference to control, its 95 % interval, and p: in colour under 0.05"),
    queryPanel("In several groups", "ab_test_conflicts", {}, table, "users who are left out of a test: they were put into more than one of its groups"),
  ),
);
