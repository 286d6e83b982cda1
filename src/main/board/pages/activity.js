// Activity: how many users come, and how often.
import { lines, of, page, percentLines, queryPanel } from "../board.js";

page(
  "activity",
  "Activity",
  (main, days) =>
    main.append(
      queryPanel("Active users", "activity", days, of(["day", "dau", "wau", "mau"], lines), "a day, 7 days and 30 days ending that day"),
      queryPanel("How often they come", "activity", days, of(["day", "dau_per_wau", "dau_per_mau", "wau_per_mau"], percentLines), "active users against those of the longer time"),
    ),
  { days: true },
);
