// What goes on while a page is shown, and ends when it goes.

let closing = [];

/** Runs something when the page that is shown now goes. */
export function whenLeft(done) {
  closing.push(done);
}

/** The page that is shown now goes. */
export function leave() {
  closing.forEach((done) => done());
  closing = [];
}

/** Does something now and then, as long as the page is shown and looked at. */
export function every(milliseconds, work) {
  let timer;
  let left = false;
  const round = async () => {
    if (!document.hidden) await work();
    if (!left) timer = setTimeout(round, milliseconds);
  };
  whenLeft(() => {
    left = true;
    clearTimeout(timer);
  });
  return round();
}
