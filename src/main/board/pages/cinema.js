// Cinema: who watches, how long, and to the end.
import { bars, lines, of, page, queryPanel, table } from "../board.js";

const totals = { sessions: "sum", completed: "sum", watched_minutes: "sum" };

page(
  "cinema",
  "Cinema",
  (main, days) =>
    main.append(
      queryPanel("Sessions", "viewing_days", days, of(["day", "sessions", "completed"], bars, { unit: "sessions", inside: true }), "a day, by their beginning; the filled part of a bar is those that were watched to the end"),
      queryPanel("Watched", "viewing_days", days, of(["day", "watched_minutes"], lines, { unit: "minutes" }), "without the pauses"),
      queryPanel("Watched to the end", "viewing_days", days, of(["day", "completed_share"], lines), "of the day's sessions"),
      queryPanel("Films", "viewing_movies", { ...days, most: 5_000 }, (columns, rows) => table(columns, rows, { totals }), "the most watched first; users have no total: one may watch several films"),
    ),
  { days: true },
);
