// The range of days that a page looks at: fields in ISO, presets, and the address's fragment, so that a view can be sent.

import { element } from "./elements.js";

const DAY = 86_400_000;
const USUAL = 30;

// A range without a first or last day has these: those that ClickHouse's type Date ends with.
const FIRST = "1970-01-01";
const LAST = "2149-06-06";

const form = document.getElementById("days");
const fields = { from: form.elements.from, to: form.elements.to };

// Sweden writes YYYY-MM-DD.
const day = (time, zone) => new Date(time).toLocaleDateString("sv", { timeZone: zone });

const minus = (date, days) => new Date(Date.parse(date) - days * DAY).toISOString().slice(0, 10);

function isDate(text) {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** A button opens the calendar of a field; what is chosen there is the calendar's "change". */
function opens(button, calendar, field) {
  button.addEventListener("click", () => {
    calendar.value = field.value;
    calendar.showPicker();
  });
}

/** For a form: a field for a day, in ISO, with a calendar. What is no day is said, and not sent. */
export function dayField(name, label, value) {
  const check = () => field.setCustomValidity(isDate(field.value) ? "" : "A date such as 2026-03-29.");
  const field = element("input", {
    name,
    value,
    size: "10",
    maxlength: "10",
    inputmode: "numeric",
    autocomplete: "off",
    "aria-label": label,
    input: check,
    change: () => field.reportValidity(),
  });
  const calendar = element("input", {
    type: "date",
    tabindex: "-1",
    "aria-hidden": "true",
    change: () => {
      field.value = calendar.value;
      check();
    },
  });
  const button = element("button", { type: "button", class: "quiet", "aria-label": `Calendar: ${label}` }, "▾");
  opens(button, calendar, field);
  return element("span", { class: "day" }, field, button, calendar);
}

/** The days that a fragment's parameters ask for, in a zone: the usual ones without any, all before or after an empty one. */
export function asked(given, zone) {
  const today = day(Date.now(), zone);
  return {
    from: given.get("from") || (given.has("from") ? FIRST : minus(today, USUAL - 1)),
    to: given.get("to") || (given.has("to") ? LAST : today),
  };
}

/** Shows the days in the form, and marks the preset that they are. */
export function showDays(days) {
  fields.from.value = days.from === FIRST ? "" : days.from;
  fields.to.value = days.to === LAST ? "" : days.to;
  for (const preset of form.querySelectorAll("button[value]")) {
    const chosen = preset.value === "all" ? days.from === FIRST && days.to === LAST : isDate(days.from) && isDate(days.to) && days.from === minus(days.to, preset.value - 1);
    preset.setAttribute("aria-pressed", chosen);
  }
}

/** Calls chosen(from, to) for a range that somebody asks for; an empty one has no end there. zone(): whose days they are. */
export function whenChosen(zone, chosen) {
  const check = () => {
    for (const field of Object.values(fields)) {
      field.setCustomValidity(field.value && !isDate(field.value) ? "A date such as 2026-03-29, or empty." : "");
    }
    if (fields.from.value && fields.to.value && fields.from.value > fields.to.value) {
      fields.to.setCustomValidity("The last day is before the first.");
    }
    return form.reportValidity();
  };
  form.addEventListener("change", (event) => {
    const field = fields[event.target.dataset.of];
    if (field) field.value = event.target.value;
    if (check()) chosen(fields.from.value, fields.to.value);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const button of form.querySelectorAll("button[data-of]")) {
    opens(button, form.querySelector(`input[data-of=${button.dataset.of}]`), fields[button.dataset.of]);
  }
  for (const preset of form.querySelectorAll("button[value]")) {
    preset.addEventListener("click", () => {
      if (preset.value === "all") return chosen("", "");
      const to = isDate(fields.to.value) ? fields.to.value : day(Date.now(), zone());
      chosen(minus(to, preset.value - 1), to);
    });
  }
}
