// Experiments: what the groups of an A/B test do, and whether the difference can be chance.
import { amount, amountOf, element, fixed, note, page, percent, problem, queryPanel, table } from "../board.js";

const SIGNIFICANT = 0.05;

/** Below it, the groups are hardly of the sizes that were meant. */
const UNEQUAL = 0.001;

const points = (value) => fixed(value * 100, 1);

// good: 1 where more is better, -1 where less is.
const measures = [
  { name: "success_share", title: "share of successful tasks", good: 1, format: percent, difference: points, unit: " points" },
  { name: "conversion", title: "conversion", good: 1, format: percent, difference: points, unit: " points" },
  { name: "revenue_per_user", title: "revenue by user", good: 1, format: amount, difference: amount, unit: "" },
];

const chance = (p) => (p < 0.0001 ? "p < 0.0001" : `p = ${p.toFixed(4)}`);

/** The difference to the control group, its interval, its p-value, and a mark where it is hardly chance. */
function difference(get, measure) {
  const value = get(`${measure.name}_difference`);
  if (value === null) return null;
  const sign = (number) => {
    if (number === null) return "–";
    const text = measure.difference(number);
    return number > 0 && /[1-9]/.test(text) ? `+${text}` : text;
  };
  const p = get(`${measure.name}_p_value`);
  const better = value * measure.good > 0;
  const sure = p !== null && p < SIGNIFICANT;
  const verdict = sure ? `mark ${better ? "good" : "bad"}` : "mark";
  const interval = `[${sign(get(`${measure.name}_low`))}, ${sign(get(`${measure.name}_high`))}]`;
  const words = [p === null ? "" : `, ${chance(p)}`, sure ? (better ? ": better" : ": worse") : ""].join("");
  return element("div", {}, element("small", { class: verdict }, `${sign(value)}${measure.unit} ${interval}${words}`));
}

/** When a test's users were assigned, how many there are, and whether the groups are as equal as chance makes them. */
function assigned(get, users) {
  const p = get("sample_ratio_p_value");
  return [
    note(`${amountOf(users, "user")}, assigned from ${get("first_assigned")} to ${get("last_assigned")}${p === null ? "" : `; equal shares (chi-square): ${chance(p)}`}`),
    p !== null && p < UNEQUAL
      ? problem(`The groups are not of equal size (${chance(p)}). If equal shares were meant, something is wrong with the assignment: do not trust the figures.`)
      : null,
  ];
}

function tests(columns, rows) {
  const at = new Map(columns.map((column, index) => [column.name, index]));
  const read = (row) => (name) => row[at.get(name)];
  const names = [...new Set(rows.map((row) => read(row)("ab_test_id")))];
  const head = [
    { name: "group", type: "String" },
    { name: "users", type: "UInt64" },
    { name: "users_share", type: "Float64" },
    ...measures.map((measure) => ({ name: measure.title, type: "String", kind: "short" })),
  ];
  const shownTest = (test) => {
    const groups = rows.map(read).filter((get) => get("ab_test_id") === test);
    const users = groups.reduce((sum, get) => sum + get("users"), 0);
    return [
      element("h3", {}, test),
      ...assigned(groups[0], users),
      table(
        head,
        groups.map((get) => [
          get("ab_group") === get("control_group") ? `${get("ab_group")} (control)` : get("ab_group"),
          get("users"),
          get("users") / users,
          ...measures.map((measure) => element("div", { "data-value": get(measure.name) ?? "" }, measure.format(get(measure.name)), difference(get, measure))),
        ]),
      ),
    ];
  };
  return element("div", {}, names.flatMap(shownTest));
}

page("experiments", "Experiments", (main) =>
  main.append(
    queryPanel("A/B tests", "ab_tests", {}, tests, "all days; below each figure the difference to control, its 95 % interval, and p: in colour under 0.05; more is better in each"),
    queryPanel("In several groups", "ab_test_conflicts", {}, table, "users who are left out of a test: they were put into more than one of its groups"),
  ),
);
