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

/** Which rows these are, of those that are sorted by age: so many that come after so many newer ones. */
export function newest(rows, total, newer = 0) {
  return newer ? `${shown(newer + 1)} to ${shown(newer + rows)} of ${shown(total)}, the newest first` : `newest ${shown(rows)} of ${shown(total)}`;
}

/** Says so where not all rows are there; nothing if they are. order: "newest", or what else those are that are there. */
export const some = (rows, total, more, order = "newest") => (rows < total ? note(`The ${order} ${shown(rows)} of ${shown(total)}${more}.`) : null);

/** Buttons to the next older rows and back to the newest; older and back are what they do, null where there are none. */
export function turns(what, older, back, show) {
  const made = [
    older ? button("Older", { class: "small", "aria-label": `Older ${what}` }, older, show) : null,
    back ? button("Newest", { class: "small", "aria-label": `Newest ${what}` }, back, show) : null,
  ];
  return older || back ? element("span", { class: "actions" }, made) : null;
}
