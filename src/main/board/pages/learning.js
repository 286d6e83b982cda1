// Learning: the tasks that users complete, and how well.
import { bars, lines, of, page, queryPanel, table, unloaded } from "../board.js";

const totals = { tasks: "sum", successes: "sum", success_share: { part: "successes", whole: "tasks" } };

page(
  "learning",
  "Learning",
  (main, days) =>
    main.append(
      unloaded(days),
      queryPanel("Completed tasks", "learning", days, of(["day", "tasks", "successes"], bars, { unit: "tasks", inside: true }), "a day; the filled part of a bar is the tasks that succeeded"),
      queryPanel("Share of successes", "learning", days, of(["day", "success_share"], lines), "of the day's tasks"),
      queryPanel("By task", "learning_tasks", days, (columns, rows) => table(columns, rows, { totals }), "the hardest first"),
    ),
  { days: true },
);
