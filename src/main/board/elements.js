// Elements of the page. All text goes in as text, never as markup.

/** An element with attributes, event listeners (functions) and children; null children are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child != null));
  return made;
}

export const note = (text) => element("p", { class: "note" }, text);
/** In place of a text that may hold people's names, for those who may not see them. */
export const hidden = () => element("span", { class: "faint" }, "log in to see the values");

export const problem = (text) => element("p", { class: "problem" }, text);

/** A name that may go on in the next line behind its underscores, points and slashes. */
export function name(text) {
  return text.split(/(?<=[_./])/).flatMap((part) => [part, element("wbr")]);
}

/** A titled panel; its content is what the caller appends to it. */
export function panel(title, hint = "", ...more) {
  const head = element("div", { class: "head" }, element("h2", {}, title), element("span", { class: "faint" }, hint), more);
  return element("section", { class: "panel", "aria-label": title }, head);
}

/** Shows a sentence for some seconds. */
export function notice(text) {
  const place = document.getElementById("notice");
  place.textContent = text;
  place.hidden = false;
  clearTimeout(notice.timer);
  notice.timer = setTimeout(() => (place.hidden = true), 8_000);
}

/**
 * Puts new content in place of old, unless somebody is selecting or about to press something in it; tables stay
 * where they were scrolled to.
 */
export function refill(place, ...content) {
  const selection = getSelection();
  const busy = place.contains(document.activeElement) || (!selection.isCollapsed && place.contains(selection.anchorNode));
  if (busy) return;
  const scrolled = [...place.querySelectorAll(".wide")].map((wide) => [wide.scrollLeft, wide.scrollTop]);
  place.replaceChildren(...content);
  place.querySelectorAll(".wide").forEach((wide, i) => wide.scrollTo(...(scrolled[i] ?? [0, 0])));
}
