// How the marts stand.
import { ago, element, every, get, note, panel, problem, refill, table } from "../../board.js";

const LOOK_MS = 5_000;

const FRESH = { fresh: "good", building: "", stale: "warn", empty: "warn", failed: "bad" };

function marts(found) {
  if (found.problem) return [problem(found.problem)];
  if (!found.models?.length) return [note("No mart is built here: see load in caravan.jobs, and cinema in caravan.streams.")];
  const columns = [
    { name: "model", type: "String", kind: "short" },
    { name: "state", type: "String", kind: "short" },
    { name: "built", type: "String", kind: "short" },
    { name: "seconds", type: "Float64" },
    { name: "rows", type: "UInt64" },
    { name: "problem", type: "String", kind: "long" },
  ];
  const rows = found.models.map((model) => [
    model.name,
    element("span", { class: `mark ${FRESH[model.state]}` }, model.state),
    model.built ? element("span", { title: model.built }, ago(model.built)) : "never",
    model.seconds,
    model.rows,
    model.problem,
  ]);
  return [table(columns, rows)];
}

export function martsPanel() {
  const made = panel("Marts", "what is built from the tables, and checked");
  const place = element("div", {}, note("Asking Caravan …"));
  made.append(place);
  every(LOOK_MS, async () => refill(place, ...marts(await get("/api/marts"))));
  return made;
}
