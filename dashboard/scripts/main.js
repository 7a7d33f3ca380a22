/* Everything that runs in the browser, put together: one bundle, one name of ours, and what Dash calls. */
import * as keys from "./access/keys.js";
import * as print from "./access/print.js";
import * as terms from "./access/terms.js";
import * as touch from "./access/touch.js";
import * as focus from "./access/focus.js";
import * as pending from "./access/pending.js";
import * as controlActions from "./controls/actions.js";
import { benchStates } from "./controls/bench_states.js";
import { command, failed } from "./controls/gate.js";
import { gate } from "./controls/gate_callback.js";
import * as hints from "./controls/hints.js";
import * as rows from "./controls/rows.js";
import * as typed from "./controls/typed.js";
import * as drawing from "./drafts/drawing.js";
import * as drafts from "./drafts/drafts.js";
import { ledgerReady, pageReady } from "./page/arrivals.js";
import * as colours from "./page/colours.js";
import * as demonstration from "./page/demonstration.js";
import * as pageExports from "./page/exports.js";
import * as forms from "./records/forms.js";
import * as listeners from "./page/listeners.js";
import * as popovers from "./access/popovers.js";
import * as notices from "./page/notices.js";
import { paint } from "./page/paint_callback.js";
import * as runView from "./page/run_view.js";
import * as requestBar from "./page/request_bar.js";
import * as savedStatus from "./page/saved_status.js";
import * as sheet from "./page/sheet.js";
import * as whose from "./records/whose.js";
import * as opinion from "./second_opinion.js";
import { watchedFetch } from "./requests/fetch.js";
import { listen, tell } from "./shared/events.js";
import * as tries from "./tries/actions.js";
import * as agreements from "./tries/agreements.js";
import * as settingLink from "./controls/setting_link.js";
import * as keptChoices from "./tries/kept_choices.js";

for (const part of [
  touch,
  pending,
  focus,
  keys,
  print,
  terms,
  rows,
  hints,
  typed,
  tries,
  agreements,
  settingLink,
  keptChoices,
  listeners,
  popovers,
  controlActions,
  colours,
  pageExports,
  sheet,
  opinion,
  demonstration,
  runView,
  requestBar,
  drafts,
  drawing,
  forms,
  whose,
]) {
  part.install();
}

const requests = watchedFetch(window.fetch.bind(window), {
  failed,
  problem: (sentence) => tell("problem", sentence),
});
window.fetch = requests.fetch;
savedStatus.install(requests.resend);
notices.install(requests.stop);
listen("failed", (benchState, _sentence, kind) => kind === "overdue" && requests.leaveBehind(benchState.key));

window.edgelab = { ...window.edgelab, benchStates, command };

window.dash_clientside ??= {};
window.dash_clientside.lab = {
  gate,
  paint,
  preset: controlActions.preset,
  demonstration_drawn: demonstration.demonstrationDrawn,
  page_ready: pageReady,
  drawing_changed: drawing.drawingChanged,
  ledger_ready: ledgerReady,
  opinion_answer: opinion.opinionAnswer,
  agreements_told: agreements.agreementsTold,
};
