// Who is logged in, and what the board answers to them.
import { notice } from "./elements.js";
import { pay } from "./format.js";

export let session = { user: null, reads: true, names: false };

/** Is told of another session: true where it may see less, or more than people's names. */
let changed = () => {};

export function whenChanged(show) {
  changed = show;
}

/** What an address answers; an object with problem, a sentence, where it cannot be had. */
export async function get(address) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(30_000) });
    const body = await answer.json();
    if (answer.status === 403) {
      // A session that has ended elsewhere: the button says so.
      if (session.user) await refresh();
      else ask();
    }
    return body;
  } catch (failure) {
    const late = failure.name === "TimeoutError";
    return { problem: late ? "No answer within 30 s. Try again." : "Caravan does not answer: is it still running?" };
  }
}

const asked = new Map();

/** As get(); panels that ask for the same at the same time share one answer. */
export function shared(address) {
  if (!asked.has(address)) asked.set(address, get(address).finally(() => asked.delete(address)));
  return asked.get(address);
}

/** Does something: logs in first if need be, and says what came of it; a problem to say, if that is given. True if it was done. */
export async function act(address, body, say = notice) {
  if (!session.user && !(await ask())) return false;
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const said = await answer.json();
    if (answer.status === 403 && (await login())) return act(address, body, say);
    (answer.ok ? notice : say)(said.done ?? said.problem);
    return answer.ok;
  } catch {
    say("Caravan does not answer: is it still running?");
    return false;
  }
}

const dialog = document.getElementById("login");

/** Asks for user and password; true when logged in. One question at a time. */
export function ask() {
  ask.open ??= new Promise((resolve) => {
    const form = dialog.querySelector("form");
    const said = form.querySelector(".problem");
    const end = (done) => {
      ask.open = undefined;
      form.reset();
      said.hidden = true;
      dialog.close();
      resolve(done);
    };
    form.onsubmit = async (event) => {
      event.preventDefault();
      const answer = await fetch("/api/session/in", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(Object.fromEntries(new FormData(form))),
      }).catch(() => null);
      const body = answer ? await answer.json() : { problem: "Caravan does not answer." };
      if (answer?.ok) {
        const couldRead = session.reads;
        await refresh();
        end(true);
        changed(!couldRead);
      } else {
        said.textContent = body.problem;
        said.hidden = false;
      }
    };
    form.querySelector("[value=cancel]").onclick = () => end(false);
    dialog.oncancel = () => end(false);
    dialog.showModal();
  });
  return ask.open;
}

/** After a session has ended elsewhere. */
async function login() {
  session.user = null;
  return ask();
}

export async function refresh() {
  const answer = await fetch("/api/session").then((found) => found.json(), () => null);
  if (answer) session = answer;
  pay(session.currency ?? "EUR");
  const button = document.getElementById("session");
  button.hidden = false;
  button.textContent = session.user ? `Log out ${session.user}` : "Log in";
}

document.getElementById("session").addEventListener("click", async () => {
  if (!session.user) {
    await ask();
    return;
  }
  await fetch("/api/session/out", { method: "POST" });
  await refresh();
  changed(true);
});
