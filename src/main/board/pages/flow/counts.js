// How many rows each pipeline has at each end, and whether that adds up.
import { element, get, note, panel, problem, table } from "../../board.js";

/** A table of lines: columns are triples of a name, the figure's name in a line, and whether to leave it out where it is zero. */
function lines(title, columns, found) {
  const drawn = columns.filter(([, figure, rare]) => !rare || found.some((line) => line[figure]));
  const rows = found.map((line) => [
    line.pipeline,
    ...drawn.map(([, figure]) => line[figure] ?? null),
    element("span", { class: `mark ${line.level ?? "warn"}` }, line.verdict),
  ]);
  return table([{ name: title, type: "String", kind: "short" }, ...drawn.map(([name]) => ({ name, type: "UInt64" })), { name: "result", type: "String", kind: "long" }], rows);
}

const PIPELINE = [
  ["rows in the source", "source"],
  ["sent", "sent"],
  ["unsent", "unsent"],
  ["skipped", "skipped", true],
  ["records in topic", "records"],
  ["on their way", "behind"],
  ["rows stored", "came"],
  ["in the table now", "rows"],
  ["repetitions left out", "repetitions"],
  ["dead letters", "deadLetters"],
  ["unknown fields", "unknownFields"],
];

const STREAM = [
  ["clicks in topic", "records"],
  ["on their way", "behind"],
  ["enriched records", "enriched"],
  ["dead letters", "deadLetters"],
];

function counts(found) {
  if (found.problem) return [problem(found.problem)];
  const { pipelines, streams } = found;
  if (!pipelines.length && !streams.length) return [note("No sink runs here: see caravan.sinks.")];
  return [
    pipelines.length ? lines("pipeline", PIPELINE, pipelines) : null,
    streams.length ? lines("stream", STREAM, streams) : null,
    note("Sent are those of the rows that the source has now. Records, stored and repetitions are since the beginning; a row whose TTL has passed counts as stored. Dead letters are those that wait. Unknown fields are since the start of this process."),
  ].filter((part) => part);
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
