// The board's pages, in the order of the navigation.
import "./pages/flow.js";
import { start } from "./board.js";

start();
