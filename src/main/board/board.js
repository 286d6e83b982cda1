// The board's frame: pages by the address's fragment, and panels that fetch what they show.
//
// A page is a call of page(); most of its panels are queryPanel("a named query", …) with a drawing such as table() or
// lines().
import { asked, showDays, whenChosen } from "./days.js";
import { element, note, panel, problem } from "./elements.js";
import { shown } from "./format.js";
import { leave, whenLeft } from "./leaving.js";
import { ask, refresh, session, shared, whenChanged } from "./session.js";

export * from "./charts.js";
export { dayField } from "./days.js";
export * from "./elements.js";
export * from "./format.js";
export { every, whenLeft } from "./leaving.js";
export { act, ask, get, session } from "./session.js";
export { table } from "./tables.js";

/** How long a panel that has a problem to show waits until it asks again. */
const AGAIN_MS = 5_000;

/** How many rows a panel shows where a query may have very many; its file has all. */
export const MOST_ROWS = 1_000;

const pages = new Map();

/**
 * Adds a page: draw(container, days) fills it whenever it is shown or the range of days changes.
 * options.days: true for pages that look at a range of days; options.zone: whose days they are, if not UTC's.
 */
export function page(id, title, draw, options = {}) {
  pages.set(id, { title, draw, days: options.days === true, zone: options.zone ?? "UTC" });
}

/**
 * A panel that shows a named query's answer: draw(columns, rows) returns an element. It says so when there are no rows,
 * the table is not built or ClickHouse is unreachable, asks again then, and offers all rows as a file. absent: the quiet sentence
 * for tables that are missing, where that is no fault. values.most: how many rows are drawn at most, where the query takes it.
 */
export function queryPanel(title, query, values, draw, hint = "", absent = "") {
  const { most = MOST_ROWS, ...chosen } = values;
  const range = new URLSearchParams({ ...chosen, most }).toString();
  const file = element("a", { href: `/api/query/${query}.csv?${new URLSearchParams(chosen)}`, download: `${query}.csv`, "aria-label": `CSV: ${title}` }, "CSV");
  const made = panel(title, hint, file);
  const place = element("div", {}, note("Asking ClickHouse …"));
  made.append(place);
  let left = false;
  whenLeft(() => (left = true));
  const fetched = async () => {
    const former = formerMart(query);
    const answer = await shared(`/api/query/${query}?${range}`);
    if (left) return;
    file.hidden = !answer.data?.length;
    if (answer.problem) {
      place.replaceChildren(answer.missing && absent ? note(absent) : problem(answer.problem));
      setTimeout(() => left || fetched(), AGAIN_MS);
    } else if (answer.data.length === 0) {
      place.replaceChildren(note("No rows in this period."));
    } else {
      place.replaceChildren(draw(answer.meta, answer.data));
      const [rows, all] = [answer.data.length, answer.rows_before_limit_at_least];
      if (rows < all) place.append(note(`The first ${shown(rows)} of ${shown(all)} rows; the CSV has all of them.`));
    }
    const old = await former;
    if (old && !left) place.prepend(problem(old));
  };
  fetched();
  return made;
}

/** True if a panel of the page that is shown waits for the login. */
let namesAreHidden = false;

/** A panel with people's names, made by make(); to those who may not see names, it offers the login instead. */
export function namesPanel(title, make) {
  if (session.names) return make();
  namesAreHidden = true;
  const made = panel(title);
  made.append(
    note("This shows people's names: log in to see them."),
    element("button", { type: "button", class: "main", click: () => ask() }, "Log in to see names"),
  );
  return made;
}

/** A sentence where a query is of the mart of its name, and the mart is not of what was loaded last. */
async function formerMart(query) {
  const mart = (await shared("/api/marts")).models?.find((model) => model.name === `marts.${query}`);
  if (!mart || (mart.state !== "failed" && mart.state !== "stale")) return null;
  return `${mart.built ? `As of ${mart.built.replace("T", " ").replace("Z", " UTC")}` : "Not built yet"}: ${mart.problem}`;
}

const MOST_DAYS = 10;

/** Says which of the days were not loaded; nothing if all were. For pages of the marts of daily files. */
export function unloaded(days) {
  const place = element("div", {});
  place.hidden = true;
  shared(`/api/query/unloaded_days?${new URLSearchParams(days)}`).then(({ data }) => {
    if (!data?.length) return;
    const few = data.slice(0, MOST_DAYS).join(", ");
    const more = data.length > MOST_DAYS ? ` and ${data.length - MOST_DAYS} more` : "";
    place.append(problem(`Not loaded: ${few}${more}. Such a day is a gap here, and figures over several days lack it. Load it with ./caravan load-day.`));
    place.hidden = false;
  });
  return place;
}

// --- Which page, and which days ----------------------------------------------------------------------------------------

const form = document.getElementById("days");

/** The address's fragment: #PAGE or #PAGE?from=…&to=…. */
function place() {
  const [id, query] = location.hash.slice(1).split("?");
  const current = pages.has(id) ? id : pages.keys().next().value;
  return { id: current, days: asked(new URLSearchParams(query), pages.get(current).zone) };
}

function show() {
  leave();
  namesAreHidden = false;
  const { id, days } = place();
  const { title, draw, days: ranged } = pages.get(id);
  document.title = `${title} · Caravan`;
  document.getElementById("pages").replaceChildren(
    ...[...pages].map(([name, other]) =>
      element("a", { href: `#${name}`, "aria-current": name === id ? "page" : null }, other.title),
    ),
  );
  document.querySelector("nav [aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
  document.querySelector("h1").textContent = title;
  form.hidden = !ranged || !session.reads;
  showDays(days);
  const main = document.getElementById("page");
  main.replaceChildren();
  if (!session.reads) {
    main.append(element("section", { class: "panel" }, note("Log in to read the board.")));
    return;
  }
  draw(main, days);
}

whenChosen(
  () => pages.get(place().id).zone,
  (from, to) => (location.hash = `${place().id}?${new URLSearchParams({ from, to })}`),
);

/** Shows the first page; after all pages were added. */
export async function start() {
  await refresh();
  // A page that stays as it is keeps what somebody has opened on it.
  whenChanged((whole) => {
    if (whole || namesAreHidden) show();
  });
  addEventListener("hashchange", show);
  show();
  if (!session.reads) ask();
}
