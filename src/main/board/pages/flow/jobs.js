// What is due, what the jobs did, and asking for a day.
import { act, ago, dayField, element, every, get, note, panel, problem, refill, table } from "../../board.js";
import { newest, turns } from "./parts.js";

const LOOK_MS = 5_000;

/** How a try of a day ended. */
function outcome(run) {
  if (run.succeeded) return element("span", { class: "mark good" }, "done");
  return run.refused ? element("span", { class: "mark warn" }, "refused") : element("span", { class: "mark bad" }, "failed");
}

/** How long it has been due. */
const dueFor = (due) => element("span", { title: due.due_since, "data-value": Date.now() - Date.parse(due.due_since) }, ago(due.due_since).replace(" ago", ""));

/** Does something to a day of a job, and shows them anew. */
function dayButton(text, address, { job, day }, show) {
  const press = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    await act(address, { job, day });
    button.disabled = false;
    button.blur();
    await show();
  };
  return element("button", { type: "button", class: "small", "aria-label": `${text} ${job} of ${day}`, click: press }, text);
}

/** A part's place among all of them, with buttons to the others; nothing where it is all. part: its name in parts. */
function place(rows, part, what, parts, show, order = "newest") {
  const { total, number } = rows[0];
  const [before, end] = [number - 1, number - 1 + rows.length];
  if (!before && end === total) return null;
  const next = end < total ? () => (parts[part] = part === "runs" ? rows.at(-1).id : end) : null;
  const back = before ? () => delete parts[part] : null;
  return element(
    "div",
    { class: "row" },
    element("small", {}, newest(rows.length, total, before, order)),
    turns(what, next, back, show, order === "newest" ? undefined : ["Newer", "Oldest"]),
  );
}

/** parts has where the part begins that is shown of due and cancelled days and of runs, if it is not the first. */
function jobs(found, parts, show) {
  const made = [];
  if (found.jobs.length) {
    made.push(
      table(
        [{ name: "job", type: "String" }, { name: "schedule (UTC)", type: "String", kind: "short" }, { name: "next", type: "String", kind: "short" }],
        found.jobs.map((job) => [job.name, element("code", {}, job.cron), job.next?.replace("T", " ").replace(/:00Z$/, " UTC")]),
      ),
    );
  } else {
    made.push(note("No job runs here: see caravan.jobs."));
  }
  if (found.problem) return [...made, problem(found.problem)];
  if (found.due.length) {
    made.push(element("h3", {}, "Due"));
    made.push(
      table(
        [{ name: "job", type: "String" }, { name: "day", type: "Date" }, { name: "tries", type: "Int32" }, { name: "due for", type: "String", kind: "short" }, { name: "last problem", type: "String", kind: "long" }, { name: "", type: "String", kind: "short" }],
        found.due.map((due) => [due.job, due.day, due.attempts, dueFor(due), due.problem, dayButton("Cancel", "/api/jobs/cancel", due, show)]),
      ),
    );
    made.push(place(found.due, "due", "due days", parts, show, "oldest"));
  }
  if (found.cancelled.length) {
    made.push(element("h3", {}, "Cancelled"));
    made.push(
      table(
        [{ name: "job", type: "String" }, { name: "day", type: "Date" }, { name: "cancelled", type: "String", kind: "short" }, { name: "by", type: "String", kind: "short" }, { name: "last problem", type: "String", kind: "long" }, { name: "", type: "String", kind: "short" }],
        found.cancelled.map((one) => [
          one.job,
          one.day,
          element("span", { title: one.cancelled_at }, ago(one.cancelled_at)),
          one.cancelled_by,
          one.problem,
          dayButton("Run again", "/api/jobs/run", one, show),
        ]),
      ),
    );
    made.push(place(found.cancelled, "cancelled", "cancelled days", parts, show));
  }
  made.push(element("h3", {}, "Runs"));
  made.push(
    found.runs.length
      ? table(
          [{ name: "started", type: "String", kind: "short" }, { name: "job", type: "String" }, { name: "day", type: "Date" }, { name: "seconds", type: "Float64" }, { name: "", type: "String" }, { name: "report", type: "String", kind: "long" }],
          found.runs.map((run) => [
            element("span", { title: run.started }, ago(run.started)),
            run.job,
            run.day,
            run.seconds,
            outcome(run),
            run.message,
          ]),
        )
      : note("No run in this period."),
  );
  if (found.runs.length) made.push(place(found.runs, "runs", "runs", parts, show));
  return made.filter((part) => part);
}

/** Asks for a day of a job; it is built once, so that what is chosen in it stays. */
function askForDay(names, shownAgain) {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  return element(
    "form",
    {
      class: "row",
      submit: async (event) => {
        event.preventDefault();
        const chosen = Object.fromEntries(new FormData(event.target));
        if (await act("/api/jobs/run", chosen)) shownAgain();
      },
    },
    element("select", { name: "job", "aria-label": "Job" }, names.map((name) => element("option", {}, name))),
    dayField("day", "Day", yesterday),
    element("button", { type: "submit" }, "Run this day"),
  );
}

export function jobsPanel(days) {
  const made = panel("Jobs", "daily jobs");
  const panelPlace = element("div", {}, note("Asking Postgres …"));
  made.append(panelPlace);
  let form;
  const parts = {};
  const show = async () => {
    const found = await get(`/api/jobs?${new URLSearchParams({ ...days, ...parts })}`);
    if (!found.jobs) {
      panelPlace.replaceChildren(problem(found.problem));
      return;
    }
    // Days that were due are done since: there is no such part any more.
    const gone = Object.keys(parts).filter((part) => found[part]?.length === 0);
    if (gone.length) {
      gone.forEach((part) => delete parts[part]);
      await show();
      return;
    }
    refill(panelPlace, ...jobs(found, parts, show));
    if (!form && found.jobs.length) {
      form = askForDay(found.jobs.map((job) => job.name), show);
      made.append(form);
    }
  };
  every(LOOK_MS, show);
  return made;
}
