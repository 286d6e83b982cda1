// A form for a text that was rejected.
import { element, whenLeft } from "../../board.js";

/**
 * Opens it: facts are pairs of a name and a text; key true asks for a key too. send({value, key}, say) sends what was edited,
 * tells say(text) what came of it, and gives true if it was done: then the form closes.
 */
export function edit(title, facts, text, key, send) {
  const said = element("p", { class: "problem", role: "alert", hidden: true });
  const value = element("textarea", { name: "value", rows: "12", spellcheck: "false", "aria-label": "Text" });
  value.value = text;
  const given = key ? element("input", { name: "key", required: true, autocomplete: "off" }) : null;
  const button = element("button", { type: "submit", class: "main" }, "Send");
  const say = (told) => {
    said.textContent = told;
    said.hidden = false;
  };
  const form = element(
    "form",
    {
      method: "dialog",
      submit: async (event) => {
        event.preventDefault();
        button.disabled = true;
        if (await send({ value: value.value, ...(key && { key: given.value }) }, say)) dialog.close();
        button.disabled = false;
      },
    },
    element("h2", {}, title),
    facts.map(([name, fact]) => element("p", { class: "note" }, `${name}: ${fact}`)),
    key ? element("label", {}, "Key (the record has none) ", given) : null,
    value,
    said,
    element("div", { class: "buttons" }, element("button", { type: "button", class: "quiet", click: () => dialog.close() }, "Cancel"), button),
  );
  // The button that opened it has the focus again, and would keep its list as it is.
  const closed = () => {
    dialog.remove();
    document.activeElement?.blur();
  };
  const dialog = element("dialog", { class: "edit", "aria-label": title, close: closed }, form);
  document.body.append(dialog);
  whenLeft(() => dialog.remove());
  dialog.showModal();
}
