/* Everything that runs in the browser, put together: one bundle, one name of ours, and what Dash calls. */
import * as controlActions from "./controls/actions.js";
import { benchStates } from "./controls/bench_states.js";
import { command, failed } from "./controls/gate.js";
import { gate } from "./controls/gate_callback.js";
import * as hints from "./controls/hints.js";
import * as rows from "./controls/rows.js";
import { cardReady, pageReady } from "./page/arrivals.js";
import * as colours from "./page/colours.js";
import * as demonstration from "./page/demonstration.js";
import * as pageExports from "./page/exports.js";
import * as listeners from "./page/listeners.js";
import * as notices from "./page/notices.js";
import { paint } from "./page/paint_callback.js";
import * as sheet from "./page/sheet.js";
import * as opinion from "./second_opinion.js";
import { tell } from "./shared/events.js";
import { reportingFetch } from "./shared/failed_requests.js";
import * as tries from "./tries/actions.js";
import * as agreements from "./tries/agreements.js";
import * as keptChoices from "./tries/kept_choices.js";

for (const part of [
  rows,
  hints,
  notices,
  tries,
  agreements,
  keptChoices,
  listeners,
  controlActions,
  colours,
  pageExports,
  sheet,
  opinion,
  demonstration,
]) {
  part.install();
}

window.fetch = reportingFetch(window.fetch, (bench, sentence) => {
  if (bench === null) tell("problem", sentence);
  else failed(bench, sentence);
});

window.edgelab = { ...window.edgelab, benchStates, command };

window.dash_clientside ??= {};
window.dash_clientside.lab = {
  gate,
  paint,
  preset: controlActions.preset,
  demonstration_drawn: demonstration.demonstrationDrawn,
  page_ready: pageReady,
  card_ready: cardReady,
  opinion_answer: opinion.opinionAnswer,
  agreements_told: agreements.agreementsTold,
};
