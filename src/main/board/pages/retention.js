// Retention: which of the users of a day or week come back.
import { amountOf, chart, element, isDark, lines, of, page, percent, queryPanel, unloaded } from "../board.js";

const NOBODY = { light: [250, 240, 232], dark: [58, 45, 36] };
const ALL = { light: [168, 74, 18], dark: [240, 147, 90] };

/** How light a colour is, as WCAG 2 has it. */
function luminance(rgb) {
  const [red, green, blue] = rgb.map((value) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** A cell's colour by a share of the greatest one, and black or white on it: one of them always has a contrast of 4.5. */
function shade(part) {
  const scheme = isDark() ? "dark" : "light";
  const rgb = NOBODY[scheme].map((from, i) => Math.round(from + (ALL[scheme][i] - from) * Math.min(1, part)));
  const light = luminance(rgb) + 0.05;
  return { cell: `rgb(${rgb.join(", ")})`, text: light / 0.05 > 1.05 / light ? "#000000" : "#ffffff" };
}

/** The weekly cohorts: a row a week of first events, a column a week since. */
function matrix(columns, rows) {
  const at = (name) => columns.findIndex((column) => column.name === name);
  const [week, since, users, share] = ["cohort_week", "week", "users", "active_share"].map(at);
  const cohorts = [...new Set(rows.map((row) => row[week]))].sort().reverse();
  const sizes = new Map(rows.map((row) => [row[week], row[users] ?? "unknown"]));
  const size = (cohort) => (sizes.get(cohort) === "unknown" ? "unknown users" : amountOf(sizes.get(cohort), "user"));
  const weeks = Math.max(...rows.map((row) => row[since])) + 1;
  const whole = rows.filter((row) => row[share] !== null);
  // Week 0 is always whole, and would take all of the colours.
  const most = Math.max(0.01, ...whole.filter((row) => row[since] > 0).map((row) => row[share]));
  const cells = () =>
    whole.map((row) => {
      const { cell, text } = shade(row[share] / most);
      return { value: [row[since], cohorts.indexOf(row[week]), row[share]], itemStyle: { color: cell }, label: { color: text } };
    });
  const told = cohorts.map((cohort) => {
    const shares = whole.filter((row) => row[week] === cohort && row[since] > 0).map((row) => `week ${row[since]} ${percent(row[share], 0)}`);
    return `${cohort}, ${size(cohort)}: ${shares.join(", ") || "no whole week after it yet"}.`;
  });
  const made = chart(
    () => ({
      grid: { left: 8, right: 12, top: 28, bottom: 24, containLabel: true },
      legend: { show: false },
      tooltip: {
        trigger: "item",
        renderMode: "richText",
        formatter: ({ value }) => `first seen in the week of ${cohorts[value[1]]}\n${size(cohorts[value[1]])}, in week ${value[0]}: ${percent(value[2])}`,
      },
      xAxis: { type: "category", position: "top", name: "weeks since the first event", nameLocation: "middle", nameGap: 26, data: Array.from({ length: weeks }, (_, number) => `week ${number}`), splitLine: { show: false }, axisLabel: { hideOverlap: true } },
      yAxis: { type: "category", name: "week of the first event (users)", nameLocation: "start", nameGap: 10, nameTextStyle: { align: "left" }, data: cohorts.map((cohort) => `${cohort}  (${sizes.get(cohort)})`), splitLine: { show: false } },
      series: [
        {
          type: "heatmap",
          data: cells(),
          label: { show: true, formatter: ({ value }) => percent(value[2], 0), textBorderWidth: 0 },
          itemStyle: { borderWidth: 2, borderColor: "transparent", borderRadius: 4 },
        },
      ],
    }),
    () => `Share of each week's new users that came in the weeks after. ${told.join(" ")}`,
  );
  made.style.height = `${Math.max(196, 96 + 34 * cohorts.length)}px`;
  made.style.minWidth = `${130 + 48 * weeks}px`;
  return element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Weeks of each cohort" }, made);
}

page(
  "retention",
  "Retention",
  (main, days) =>
    main.append(
      unloaded(days),
      queryPanel("Weekly cohorts", "cohorts", days, matrix, "by the week of the first event (its Monday), with the number of its users; weeks that are not over yet, or were not loaded, are left out"),
      queryPanel(
        "Daily cohorts",
        "retention",
        days,
        of(["cohort_day", "day_1_share", "day_7_share", "day_14_share", "day_30_share"], lines),
        "users who came again 1, 7, 14 and 30 days after their first day; left out where that day has not come yet",
      ),
    ),
  { days: true },
);
