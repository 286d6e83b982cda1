// Learning: the tasks that users complete, and how well.
import { bars, of, page, percentLines, queryPanel, table } from "../board.js";

page(
  "learning",
  "Learning",
  (main, days) =>
    main.append(
      queryPanel("Completed tasks", "learning", days, of(["day", "tasks", "successes"], bars), "a day"),
      queryPanel("Share of successes", "learning", days, of(["day", "success_share"], percentLines), "of the day's tasks"),
      queryPanel("By task", "learning_tasks", days, table, "the hardest first"),
    ),
  { days: true },
);
