// Tables that are sorted, searched, counted and summed up.
import { element } from "./elements.js";
import { formatted, isId, shown, words } from "./format.js";

const NUMBER = /^(Nullable\()?(U?Int|Float|Decimal)/;
const FEW = 8;

/** How tables were sorted, by their columns: those that are drawn anew stay so. */
const sorted = new Map();

/** What tables were searched for, by their names and columns: those that are drawn anew stay so. */
const searched = new Map();

const collator = new Intl.Collator(undefined, { numeric: true });

function compare(one, other) {
  if (one === null || other === null) return (one === null) - (other === null);
  return typeof one === "number" && typeof other === "number" ? one - other : collator.compare(String(one), String(other));
}

const kind = (column) => (NUMBER.test(column.type) && !isId(column.name) ? "number" : (column.kind ?? (/Date/.test(column.type) ? "short" : "")));

/** What a cell is sorted by: an element's data-value, which is a number or empty for none, or its title, or its text. */
function plain(value) {
  if (!(value instanceof Node)) return value;
  const number = value.dataset.value;
  if (number !== undefined) return number === "" ? null : Number(number);
  return value.title || value.textContent;
}

const cell = (value, column) => element("td", { class: kind(column) }, value instanceof Node ? value : formatted(value, column.name));

const sum = (numbers) => numbers.reduce((all, number) => all + (number ?? 0), 0);

const divided = (part, whole) => (whole ? part / whole : null);

/**
 * The last line of a table: of its columns those that totals names, each with "sum", or with {part, whole}, two columns
 * whose sums it compares, or with {mean}, the column by which its mean is weighted.
 */
function totalLine(columns, rows, totals) {
  const all = (name) => rows.map((row) => row[columns.findIndex((column) => column.name === name)]);
  const total = ({ name }) => {
    const way = totals[name];
    if (!way) return null;
    if (way === "sum") return sum(all(name));
    if (way.mean) {
      const weights = all(way.mean);
      return divided(sum(all(name).map((value, i) => value * weights[i])), sum(weights));
    }
    return divided(sum(all(way.part)), sum(all(way.whole)));
  };
  return element(
    "tr",
    {},
    columns.map((column, i) => {
      if (i === 0) return element("th", { scope: "row" }, "Total");
      const value = total(column);
      return value === null ? element("td") : cell(value, column);
    }),
  );
}

/**
 * Rows as a table: columns are {name, type} as ClickHouse names them; numbers stand to the right, amounts and shares are
 * written as such. A kind of "short" keeps a column on one line, "long" gives it room. A click on a column's name sorts by
 * it; many rows can be searched. options.totals: see totalLine(); they are of the rows that the search leaves.
 * options.label: what the table is called, where there are two by the same column.
 */
export function table(columns, rows, options = {}) {
  const key = columns.map((column) => column.name).join();
  const body = element("tbody");
  const foot = options.totals && rows.length > 1 ? element("tfoot") : null;
  const buttons = columns.map((column, i) =>
    element(
      "button",
      {
        type: "button",
        class: "quiet",
        click: (event) => {
          sort(i);
          // Pressed by a key, the focus stays; a mouse has no use for it, and it would keep a panel from being drawn anew.
          if (event.detail > 0) buttons[i].blur();
        },
      },
      words(column.name),
    ),
  );
  const heads = columns.map((column, i) => element("th", { class: kind(column), scope: "col" }, column.name ? buttons[i] : null));
  const lines = rows.map((row) => ({ row, line: element("tr", {}, row.map((value, i) => cell(value, columns[i]))) }));
  const sort = (column) => {
    const before = sorted.get(key);
    sorted.set(key, { column, down: before?.column === column && !before.down });
    fill();
  };
  const fill = () => {
    const order = sorted.get(key);
    heads.forEach((head, i) => (i === order?.column ? head.setAttribute("aria-sort", order.down ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
    const all = order ? lines.toSorted((one, other) => (order.down ? -1 : 1) * compare(plain(one.row[order.column]), plain(other.row[order.column]))) : lines;
    body.replaceChildren(...all.map(({ line }) => line));
  };
  const sumUp = () => {
    const left = lines.filter(({ line }) => !line.hidden).map(({ row }) => row);
    foot?.replaceChildren(totalLine(columns, left, options.totals));
    return left.length;
  };
  fill();
  sumUp();
  const wide = element(
    "div",
    { class: "wide", tabindex: "0", role: "region", "aria-label": options.label ?? `Table by ${words(columns[0].name)}` },
    element("table", {}, element("thead", {}, element("tr", {}, heads)), body, foot),
  );
  if (rows.length <= FEW) return wide;
  const named = `${options.label ?? ""}: ${key}`;
  const count = element("small", { role: "status" });
  const find = element("input", {
    type: "search",
    placeholder: "Search",
    "aria-label": "Search in the table",
    input: () => {
      searched.set(named, find.value);
      search();
    },
  });
  const search = () => {
    const wanted = find.value.toLowerCase();
    lines.forEach(({ line }) => (line.hidden = !line.textContent.toLowerCase().includes(wanted)));
    const left = sumUp();
    count.textContent = wanted ? `${shown(left)} of ${shown(rows.length)} rows` : `${shown(rows.length)} rows`;
  };
  find.value = searched.get(named) ?? "";
  search();
  return element("div", {}, element("div", { class: "row above" }, find, count), wide);
}
