// Flow: what moves from where to where, what was rejected, what the jobs did, what people did.
import { element, every, get, note, page, panel, problem, queryPanel, refill, table } from "../board.js";
import { actionsPanel } from "./flow/actions.js";
import { countsPanel } from "./flow/counts.js";
import { history } from "./flow/history.js";
import { jobsPanel } from "./flow/jobs.js";
import { Rates, pipelines, rateChart, routes } from "./flow/lanes.js";
import { lettersPanel } from "./flow/letters.js";
import { NO_LOAD, linesPanel } from "./flow/lines.js";
import { martsPanel } from "./flow/marts.js";

const LOOK_MS = 2_000;

const rates = new Rates();

page(
  "flow",
  "Flow",
  (main, days) => {
    const lanesPanel = panel("Pipelines", "from source to table");
    const lanesPlace = element("div");
    const ratesPanel = panel("Rates", "since this page was opened");
    const picture = rateChart(rates);
    ratesPanel.hidden = true;
    const routesPanel = panel("Routes", "of this process");
    const routesPlace = element("div");
    lanesPlace.append(note("Asking Caravan …"));
    lanesPanel.append(lanesPlace);
    ratesPanel.append(picture);
    routesPanel.append(routesPlace);
    main.append(
      lanesPanel,
      ratesPanel,
      queryPanel("History", "history", days, history, "all runtimes together, in steps of 5 to 30 minutes; kept for eight days"),
      countsPanel(),
      lettersPanel(),
      jobsPanel(days),
      actionsPanel(days),
      martsPanel(),
      queryPanel("Loads", "loads", days, table, "daily files that were read to their end", NO_LOAD),
      linesPanel(days),
      routesPanel,
    );

    const show = async () => {
      const flow = await get("/api/flow");
      if (flow.problem) {
        lanesPlace.replaceChildren(problem(flow.problem));
        return;
      }
      rates.add(flow);
      refill(lanesPlace, ...pipelines(flow, show));
      // A rate needs two looks.
      ratesPanel.hidden = ![...rates.series.values()].some((points) => points.length > 1);
      picture.redraw();
      refill(routesPlace, routes(flow.routes));
    };
    every(LOOK_MS, show);
  },
  { days: true },
);
