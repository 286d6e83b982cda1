// Activity: how many users come, and how often.
import { lines, of, page, queryPanel, unloaded } from "../board.js";

page(
  "activity",
  "Activity",
  (main, days) =>
    main.append(
      unloaded(days),
      queryPanel("Active users", "activity", days, of(["day", "dau", "wau", "mau"], lines, { unit: "users" }), "on a day (DAU), in the 7 days (WAU) and in the 30 days (MAU) that end with it; WAU and MAU begin when there are 7 and 30 days"),
      queryPanel("How often they come", "activity", days, of(["day", "dau_per_wau", "dau_per_mau", "wau_per_mau"], lines), "active users against those of the longer time; left out where that is not full yet"),
    ),
  { days: true },
);
