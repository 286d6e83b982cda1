// Money: who buys, for how much, and what a user is worth.
import { bars, lines, note, of, page, queryPanel, table, unloaded } from "../board.js";

const AGES = ["ltv_7_days", "ltv_14_days", "ltv_28_days"];

const perDay = { purchases: "sum", revenue: "sum" };
const perCohort = { users: "sum", buyers: "sum", revenue: "sum", ltv: { part: "revenue", whole: "users" } };

/** Cohorts at equal age; those that are younger than it have no point there. */
function atEqualAge(columns, rows) {
  const at = AGES.map((age) => columns.findIndex((column) => column.name === age));
  if (rows.every((row) => at.every((index) => row[index] === null))) return note("No cohort of these days is 7 days old yet.");
  return of(["cohort_day", ...AGES], lines)(columns, rows);
}

page(
  "money",
  "Money",
  (main, days) =>
    main.append(
      unloaded(days),
      queryPanel("Revenue", "money", days, of(["day", "revenue"], bars), "a day"),
      queryPanel("Conversion", "money", days, of(["day", "conversion"], lines), "buyers of the day's active users"),
      queryPanel("Revenue by user", "money", days, of(["day", "arpu", "arppu"], lines), "by active user (ARPU) and by buyer (ARPPU)"),
      queryPanel("Days", "money", days, (columns, rows) => table(columns, rows, { totals: perDay }), "active users and buyers have no total: a user who comes on two days is one user"),
      queryPanel("Lifetime value", "ltv", days, atEqualAge, "revenue by user in the first 7, 14 and 28 days, by the day of the first event: cohorts of equal age; those that are younger are left out"),
      queryPanel("Cohorts", "ltv", days, (columns, rows) => table(columns, rows, { totals: perCohort }), "by the day of the first event; LTV is revenue by user to date: older cohorts have had more time"),
    ),
  { days: true },
);
