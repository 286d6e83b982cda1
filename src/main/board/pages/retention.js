// Retention: which of the users of a day or week come back.
import { chart, of, page, percent, percentLines, queryPanel } from "../board.js";

/** The weekly cohorts: a row a week of first events, a column a week since. */
function matrix(columns, rows) {
  const at = (name) => columns.findIndex((column) => column.name === name);
  const [week, since, users, share] = ["cohort_week", "week", "users", "active_share"].map(at);
  const cohorts = [...new Set(rows.map((row) => row[week]))].sort().reverse();
  const sizes = new Map(rows.map((row) => [row[week], row[users]]));
  const weeks = Math.max(...rows.map((row) => row[since])) + 1;
  const cells = rows.filter((row) => row[share] !== null).map((row) => [row[since], cohorts.indexOf(row[week]), row[share]]);
  const later = cells.filter((cell) => cell[0] > 0).map((cell) => cell[2]);
  const made = chart(
    () => ({
      grid: { left: 8, right: 12, top: 28, bottom: 8, containLabel: true },
      legend: { show: false },
      tooltip: {
        trigger: "item",
        renderMode: "richText",
        formatter: ({ value }) => `first seen in the week of ${cohorts[value[1]]}\n${sizes.get(cohorts[value[1]])} users, in week ${value[0]}: ${percent(value[2])}`,
      },
      xAxis: { type: "category", position: "top", data: Array.from({ length: weeks }, (_, number) => `week ${number}`), splitLine: { show: false } },
      yAxis: { type: "category", data: cohorts.map((cohort) => `${cohort}  (${sizes.get(cohort)})`), splitLine: { show: false } },
      // Week 0 is always whole, and would take all of the colours.
      visualMap: { show: false, min: 0, max: Math.max(0.01, ...later), inRange: { color: ["#f6e7dc", "#a84a12"] }, dimension: 2 },
      series: [
        {
          type: "heatmap",
          data: cells,
          label: { show: true, formatter: ({ value }) => percent(value[2], 0) },
          itemStyle: { borderWidth: 2, borderColor: "transparent", borderRadius: 4 },
        },
      ],
    }),
    "Share of each week's new users that came in the weeks after",
  );
  made.style.height = `${Math.max(160, 60 + 34 * cohorts.length)}px`;
  return made;
}

page(
  "retention",
  "Retention",
  (main, days) =>
    main.append(
      queryPanel("Weekly cohorts", "cohorts", days, matrix, "by the week of the first event; with the number of its users"),
      queryPanel(
        "Daily cohorts",
        "retention",
        days,
        of(["cohort_day", "day_1_share", "day_7_share", "day_14_share", "day_30_share"], percentLines),
        "users who came again 1, 7, 14 and 30 days after their first day",
      ),
    ),
  { days: true },
);
