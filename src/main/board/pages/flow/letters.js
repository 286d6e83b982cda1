// What no table could hold, and sending it again: all of a topic, one, or one that was edited.
import { act, ago, amountOf, ask, element, every, get, hidden, note, notice, panel, problem, refill, session, shown, table } from "../../board.js";
import { edit } from "./edit.js";
import { button, newest, turns } from "./parts.js";

const LOOK_MS = 5_000;

/** The form for one letter, with its whole value. */
async function editLetter(topic, record, show) {
  if (!session.names && !(await ask())) return;
  const letter = await get(`/api/dead-letters/letter?${new URLSearchParams({ topic, record })}`);
  if (letter.problem) {
    notice(letter.problem);
    return;
  }
  edit(
    `Edit dead letter ${record}`,
    [
      ["From", letter.origin],
      ["Key", letter.key ?? "none"],
      ["Rejected, as", letter.reason],
    ],
    letter.value ?? "",
    letter.lacksKey,
    async (edited, say) => {
      const done = await act("/api/dead-letters/replay-edited", { topic, record, ...edited }, say);
      if (done) await show();
      return done;
    },
  );
}

function actions(topic, letter, show) {
  // What Caravan did not put there has no origin to go back to.
  if (letter.replayed || !letter.origin) return null;
  const { record } = letter;
  return element(
    "span",
    { class: "actions" },
    button("Replay", { "aria-label": `Replay ${record}` }, () => act("/api/dead-letters/replay-one", { topic, record }), show),
    button("Edit", { "aria-label": `Edit ${record}` }, () => editLetter(topic, record, show), show),
  );
}

/** parts has the older part that is shown of a topic, if it is not the newest; look() draws what is known, show() reads it anew. */
function letters(found, parts, look, show) {
  if (found.problem) return [problem(found.problem)];
  const filled = found.topics.filter((topic) => topic.records > 0);
  if (!filled.length) return [note("No record has been rejected.")];
  return filled.flatMap(({ topic, records, waiting, ...first }) => {
    const part = parts.get(topic) ?? { ...first, records };
    // Since the part was read, others have come.
    const newer = part.newer + records - part.records;
    const older = part.older ? () => turn(parts, topic, part.older) : null;
    const back = parts.has(topic) ? () => parts.delete(topic) : null;
    const all = button("Replay all", { "data-topic": topic }, () => act("/api/dead-letters/replay", { topic }), show);
    const rows = part.letters.map((letter) => [
      element("span", { title: letter.time }, ago(letter.time)),
      letter.replayed ? element("span", { class: "mark" }, "replayed") : element("span", { class: "mark warn" }, "waits"),
      letter.replayOf ? `${letter.origin}, sent again from ${letter.replayOf}` : letter.origin,
      element("code", {}, letter.key ?? "–"),
      letter.reason,
      letter.value === undefined ? hidden() : element("code", {}, letter.value ?? "–"),
      actions(topic, letter, show) ?? "",
    ]);
    const kinds = { rejected: "short", key: "short", reason: "long", value: "long", state: "short", "": "short" };
    const columns = ["rejected", "state", "from", "key", "reason", "value", ""].map((name) => ({ name, type: "String", kind: kinds[name] }));
    return [
      element("div", { class: "row" }, element("h3", {}, topic), element("small", {}, `${shown(waiting)} of ${amountOf(records, "record")} not replayed; ${newest(rows.length, records, newer)} below`), all),
      table(columns, rows, { label: `Dead letters of ${topic}` }),
      element("div", {}, turns(`dead letters of ${topic}`, older, back, look)),
    ];
  });
}

/** Shows a part of a topic's letters from now on. */
async function turn(parts, topic, name) {
  const part = await get(`/api/dead-letters/older?${new URLSearchParams({ topic, part: name })}`);
  if (part.problem) notice(part.problem);
  else parts.set(topic, { ...part, name });
}

export function lettersPanel() {
  const made = panel("Dead letters", "records that no table could hold");
  const place = element("div", {}, note("Asking Kafka …"));
  made.append(place);
  const parts = new Map();
  const look = async () => refill(place, ...letters(await get("/api/dead-letters"), parts, look, show));
  // After an action. Older letters change by nothing else.
  const show = async () => {
    await Promise.all([...parts].map(([topic, part]) => turn(parts, topic, part.name)));
    await look();
  };
  every(LOOK_MS, look);
  return made;
}
