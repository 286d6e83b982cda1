// Attendance: the marks of the electronic journal, by group and by teacher.
import { bars, element, get, namesPanel, of, page, panel, problem, queryPanel, shown, table } from "../board.js";

const perGroup = Object.fromEntries(["present", "absent", "excused", "other", "marks"].map((mark) => [mark, "sum"]));
const perTeacher = { marks: "sum", present_percent: { mean: "marks" }, absent_percent: { mean: "marks" } };

const compare = new Intl.Collator("ru", { numeric: true }).compare;

/** For queryPanel: sorted by a column, as a Russian reader looks for it, the nameless last, and then drawn. */
const by = (name, draw) => (columns, rows) => {
  const at = columns.findIndex((column) => column.name === name);
  return draw(columns, [...rows].sort((one, other) => (one[at] === "") - (other[at] === "") || compare(one[at], other[at])));
};

/** The marks of today: all in words, and a row a group. */
async function today(place) {
  const answer = await get("/api/query/attendance_today");
  if (answer.problem) return place.replaceChildren(problem(answer.problem));
  const [[, , marks, students], ...groups] = answer.data;
  place.replaceChildren(element("p", {}, element("b", { class: "big" }, shown(marks)), ` marks of ${shown(students)} students`));
  if (groups.length > 0) place.append(of(["group_title", "marks", "students"], by("group_title", (columns, rows) => table(columns, rows, { label: "Groups of today" })))(answer.meta, groups));
}

page(
  "attendance",
  "Attendance",
  (main, days) => {
    const now = panel("Today", "marks of today's lessons, in Moscow");
    const count = element("div", {});
    now.append(count);
    today(count);

    const students = element("div", { class: "stack" });
    const choose = element("select", { "aria-label": "Group", change: () => show(choose.value) });
    const show = (group) =>
      students.replaceChildren(
        namesPanel(`Students of ${group || "no group"}`, () =>
          queryPanel(`Students of ${group || "no group"}`, "attendance_students", { ...days, group }, by("student", (columns, rows) => table(columns, rows, { totals: perGroup })), "of each mark, the click that counts"),
        ),
      );
    const groups = queryPanel(
      "By group",
      "attendance_by_group",
      days,
      by("group_title", (columns, sorted) => {
        choose.replaceChildren(...sorted.map((row) => element("option", { value: row[0] }, row[0] || "no group")));
        show(sorted[0][0]);
        return element(
          "div",
          {},
          of(["group_title", "present", "absent", "excused", "other", "marks"], bars, { unit: "marks", stacked: true, by: "marks" })(columns, sorted),
          table(columns, sorted, { totals: perGroup }),
          element("label", { class: "row" }, "Students of the group", choose),
        );
      }),
      "marks: present, absent, excused by the dean's office, others",
    );
    main.append(
      now,
      groups,
      students,
      namesPanel("By teacher", () =>
        queryPanel(
          "By teacher",
          "attendance_by_teacher",
          days,
          by("teacher", (columns, sorted) =>
            element(
              "div",
              {},
              of(["teacher", "present_percent", "absent_percent", "marks"], bars, { unit: "% of the marks", stacked: true, by: "marks" })(columns, sorted),
              table(columns, sorted, { totals: perTeacher }),
            ),
          ),
          "of their marks, how many say present and absent",
        ),
      ),
    );
  },
  // Lessons are on the days of Moscow, where it is tomorrow from 21:00 UTC on.
  { days: true, zone: "Europe/Moscow" },
);
