// Rejected lines of daily files, and loading one again that was edited.
import { act, ask, element, every, get, hidden, note, notice, panel, problem, refill, session, table } from "../../board.js";
import { edit } from "./edit.js";
import { newest, turns } from "./parts.js";

const LOOK_MS = 5_000;

/** Where the job has never run, its tables are missing. */
export const NO_LOAD = "No daily file has been loaded here: see load in caravan.jobs.";

/** The form for one line, with its whole text. */
async function editLine(day, line, show) {
  if (!session.names && !(await ask())) return;
  const answer = await get(`/api/query/rejected_line?${new URLSearchParams({ day, line })}`);
  if (answer.problem || !answer.data.length) {
    notice(answer.problem ?? `Line ${line} of ${day} is not a rejected line any more.`);
    return;
  }
  const [found] = answer.data;
  const at = Object.fromEntries(answer.meta.map((column, i) => [column.name, found[i]]));
  edit(
    `Edit line ${line} of ${at.file}`,
    [
      ["Day", day],
      ["Rejected, as", at.reason],
    ],
    at.text,
    false,
    async ({ value }, say) => {
      const done = await act("/api/rejected-lines/load", { day, line, rejected: at.text, text: value.trimEnd() }, say);
      if (done) await show();
      return done;
    },
  );
}

/** The lines of a part of them, of so many. */
function lines(found, show) {
  const at = Object.fromEntries(found.meta.map((column, i) => [column.name, i]));
  const columns = [
    { name: "day", type: "Date" },
    { name: "file", type: "String" },
    { name: "line", type: "UInt64" },
    { name: "reason", type: "String" },
    { name: "text", type: "String", kind: "long" },
    { name: "state", type: "String", kind: "short" },
    { name: "", type: "String", kind: "short" },
  ];
  const rows = found.data.map((row) => {
    const [day, line] = [row[at.day], row[at.line_number]];
    const button = element(
      "button",
      {
        type: "button",
        "aria-label": `Edit line ${line} of ${day}`,
        click: async () => {
          await editLine(day, line, show);
          button.blur();
        },
      },
      "Edit",
    );
    const waits = Number(row[at.edited]) ? "edited, waits for its day" : "rejected";
    return [day, row[at.file], line, row[at.reason], row[at.text] === null ? hidden() : element("code", {}, row[at.text]), element("span", { class: "mark warn" }, waits), button];
  });
  return table(columns, rows);
}

export function linesPanel(days) {
  const range = new URLSearchParams(days);
  const file = element("a", { href: `/api/query/rejected_lines.csv?${range}`, download: "rejected_lines.csv" }, "CSV");
  const made = panel("Rejected lines", "of daily files: edit one, and its day is loaded again", file);
  const place = element("div", {}, note("Asking ClickHouse …"));
  made.append(place);
  const first = { to: days.to, after: 0, newer: 0 };
  let part = first;
  const show = async () => {
    const { to, after, newer } = part;
    const [found, perDay] = await Promise.all([
      get(`/api/query/rejected_lines?${new URLSearchParams({ ...days, to, after })}`),
      get(`/api/query/rejected_days?${range}`),
    ]);
    file.hidden = !session.names || !found.data?.length;
    const failed = [found, perDay].find((answer) => answer.problem);
    if (failed) {
      refill(place, failed.missing ? note(NO_LOAD) : problem(failed.problem));
      return;
    }
    const total = perDay.data.reduce((all, [, count]) => all + count, 0);
    if (!total) {
      part = first;
      refill(place, note("No rows in this period."));
      return;
    }
    const rows = found.data.length;
    const at = (name) => found.data.at(-1)[found.meta.findIndex((column) => column.name === name)];
    const older = rows && newer + rows < total ? () => (part = { to: at("day"), after: at("line_number"), newer: newer + rows }) : null;
    const back = newer ? () => (part = first) : null;
    refill(
      place,
      lines(found, show),
      element("div", { class: "row" }, element("small", {}, newest(rows, total, newer)), turns("rejected lines", older, back, show)),
    );
  };
  every(LOOK_MS, show);
  return made;
}
