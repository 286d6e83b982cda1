// Tables of a part of many rows: which part it is, and buttons to the others.
import { element, note, shown } from "../../board.js";

/** Does it while its button is pressed, and shows what is there then. */
export function button(text, attributes, work, show) {
  const made = element(
    "button",
    {
      type: "button",
      ...attributes,
      click: async () => {
        made.disabled = true;
        await work();
        made.disabled = false;
        made.blur();
        await show();
      },
    },
    text,
  );
  return made;
}

/** Which rows these are, of those that are sorted by age: so many that come after so many before. order: which are the first. */
export function newest(rows, total, before = 0, order = "newest") {
  return before ? `${shown(before + 1)} to ${shown(before + rows)} of ${shown(total)}, the ${order} first` : `${order} ${shown(rows)} of ${shown(total)}`;
}

/** Says so where not all rows are there; nothing if they are. */
export const some = (rows, total, more) => (rows < total ? note(`The newest ${shown(rows)} of ${shown(total)}${more}.`) : null);

/** Buttons to the next rows and back to the first; next and back are what they do, null where there are none. */
export function turns(what, next, back, show, [onward, first] = ["Older", "Newest"]) {
  const made = [
    next ? button(onward, { class: "small", "aria-label": `${onward} ${what}` }, next, show) : null,
    back ? button(first, { class: "small", "aria-label": `${first} ${what}` }, back, show) : null,
  ];
  return next || back ? element("span", { class: "actions" }, made) : null;
}
