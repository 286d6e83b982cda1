// How many rows each pipeline has at each end, and whether that adds up.
import { element, get, note, panel, problem, table } from "../../board.js";

function counts(found) {
  if (found.problem) return [problem(found.problem)];
  if (!found.pipelines.length) return [note("No sink runs here: see caravan.sinks.")];
  const columns = [
    { name: "pipeline", type: "String", kind: "short" },
    { name: "rows sent", type: "UInt64" },
    { name: "records in topic", type: "UInt64" },
    { name: "on their way", type: "UInt64" },
    { name: "rows stored", type: "UInt64" },
    { name: "in the table now", type: "UInt64" },
    { name: "repetitions left out", type: "UInt64" },
    { name: "dead letters", type: "UInt64" },
    { name: "unknown fields", type: "UInt64" },
    { name: "result", type: "String", kind: "long" },
  ];
  const rows = found.pipelines.map((line) => [
    line.pipeline,
    ...[line.sent, line.records, line.behind, line.came, line.rows, line.repetitions, line.deadLetters, line.unknownFields].map((number) => number ?? null),
    element("span", { class: `mark ${line.level ?? "warn"}` }, line.verdict),
  ]);
  return [
    table(columns, rows),
    note("Sent, records, stored and repetitions are since the beginning; a row whose TTL has passed counts as stored. Dead letters are those that wait. Unknown fields are since the start of this process."),
  ];
}

export function countsPanel() {
  const made = panel("Counts", "what is sent is in the table, a dead letter or on its way");
  const place = element("div", {}, note("Counting reads the source tables whole, so it is done on request only."));
  const button = element(
    "button",
    {
      type: "button",
      click: async () => {
        button.disabled = true;
        place.replaceChildren(note("Counting …"));
        place.replaceChildren(...counts(await get("/api/counts")));
        button.disabled = false;
      },
    },
    "Count",
  );
  made.append(place, element("div", { class: "row" }, button));
  return made;
}
