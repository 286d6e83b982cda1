// The board's pages, in the order of the navigation.
import "./pages/flow.js";
import "./pages/activity.js";
import "./pages/learning.js";
import "./pages/money.js";
import "./pages/retention.js";
import "./pages/experiments.js";
import "./pages/attendance.js";
import "./pages/cinema.js";
import { start } from "./board.js";

start();
