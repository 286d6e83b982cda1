// Who did what on the board.
import { MOST_ROWS, element, every, get, note, panel, problem, refill, table } from "../../board.js";
import { some } from "./parts.js";

const LOOK_MS = 5_000;
const RESULTS = { done: "good", refused: "warn", failed: "bad" };

function actions(found) {
  if (found.problem) return problem(found.problem);
  if (!found.data.length) return note("No rows in this period.");
  const at = Object.fromEntries(found.meta.map((column, i) => [column.name, i]));
  const columns = [
    { name: "time (UTC)", type: "String", kind: "short" },
    { name: "who", type: "String", kind: "short" },
    { name: "action", type: "String", kind: "short" },
    { name: "what", type: "String" },
    { name: "result", type: "String", kind: "short" },
    { name: "answer", type: "String", kind: "long" },
  ];
  const rows = found.data.map((row) => [
    row[at.time].slice(0, 19),
    row[at.user],
    row[at.action],
    row[at.what],
    element("span", { class: `mark ${RESULTS[row[at.result]]}` }, row[at.result]),
    row[at.said],
  ]);
  return element("div", {}, table(columns, rows), some(rows.length, found.rows_before_limit_at_least, "; the CSV has all of them"));
}

export function actionsPanel(days) {
  const range = new URLSearchParams(days).toString();
  const file = element("a", { href: `/api/query/actions.csv?${range}`, download: "actions.csv" }, "CSV");
  const made = panel("Actions", "actions on the board of any runtime", file);
  const place = element("div", {}, note("Asking ClickHouse …"));
  made.append(place);
  every(LOOK_MS, async () => refill(place, actions(await get(`/api/query/actions?${range}&most=${MOST_ROWS}`))));
  return made;
}
