// Cinema: who watches, how long, and to the end.
import { bars, lines, of, page, percentLines, queryPanel, table } from "../board.js";

page(
  "cinema",
  "Cinema",
  (main, days) =>
    main.append(
      queryPanel("Sessions", "viewing_days", days, of(["day", "sessions", "completed"], bars), "a day, by their beginning"),
      queryPanel("Watched", "viewing_days", days, of(["day", "watched_minutes"], lines), "minutes, without the pauses"),
      queryPanel("Watched to the end", "viewing_days", days, of(["day", "completed_share"], percentLines), "of the day's sessions"),
      queryPanel("Films", "viewing_movies", days, table, "the most watched first"),
    ),
  { days: true },
);
