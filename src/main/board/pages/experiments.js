// Experiments: what the groups of an A/B test do, and whether the difference can be chance.
import { element, page, percent, queryPanel, shown, table } from "../board.js";

const SIGNIFICANT = 0.05;

const measures = [
  { name: "success_share", title: "share of successful tasks", format: percent },
  { name: "conversion", title: "conversion", format: percent },
  { name: "revenue_per_user", title: "revenue by user", format: (value) => shown(value === null ? null : Math.round(value * 100) / 100) },
];

/** The difference to the control group, with its interval, and a mark where it is hardly chance. */
function difference(get, measure) {
  const value = get(`${measure.name}_difference`);
  if (value === null) return null;
  const sign = (number) => (number === null ? "–" : (number > 0 ? "+" : "") + measure.format(number));
  const sure = get(`${measure.name}_p_value`) !== null && get(`${measure.name}_p_value`) < SIGNIFICANT;
  const verdict = !sure ? "mark" : value > 0 ? "mark good" : "mark bad";
  return element("span", { class: verdict }, `${sign(value)}  [${sign(get(`${measure.name}_low`))}, ${sign(get(`${measure.name}_high`))}]`);
}

function tests(columns, rows) {
  const at = new Map(columns.map((column, index) => [column.name, index]));
  const read = (row) => (name) => row[at.get(name)];
  const names = [...new Set(rows.map((row) => read(row)("ab_test_id")))];
  const head = [
    { name: "group", type: "String" },
    { name: "users", type: "UInt64" },
    ...measures.flatMap((measure) => [
      { name: measure.title, type: "Float64" },
      { name: "against control, 95 %", type: "Float64" },
      { name: "p", type: "Float64" },
    ]),
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
          ...measures.flatMap((measure) => {
            const p = get(`${measure.name}_p_value`);
            return [measure.format(get(measure.name)), difference(get, measure), p === null ? null : p < 0.0001 ? "< 0.0001" : shown(Math.round(p * 10_000) / 10_000)];
          }),
        ]),
      ),
    ]),
  );
}

page("experiments", "Experiments", (main) =>
  main.append(
    queryPanel("A/B tests", "ab_tests", {}, tests, "all days; a mark of colour where chance is under 5 %"),
    queryPanel("In several groups", "ab_test_conflicts", {}, table, "users who are left out of a test: they were put into more than one of its groups"),
  ),
);
