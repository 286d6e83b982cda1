// Money: who buys, for how much, and what a user is worth.
import { bars, lines, of, page, percentLines, queryPanel } from "../board.js";

page(
  "money",
  "Money",
  (main, days) =>
    main.append(
      queryPanel("Revenue", "money", days, of(["day", "revenue"], bars), "a day"),
      queryPanel("Conversion", "money", days, of(["day", "conversion"], percentLines), "buyers of the day's active users"),
      queryPanel("Revenue by user", "money", days, of(["day", "arpu", "arppu"], lines), "by active user (ARPU) and by buyer (ARPPU)"),
      queryPanel("Lifetime value", "ltv", days, of(["cohort_day", "ltv"], bars), "revenue to date by user, by the day of the first event"),
    ),
  { days: true },
);
