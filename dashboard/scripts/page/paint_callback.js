/* The callback that paints an answer, and opens the gate behind it. */
import { showState } from "../access/summary.js";
import { benchStateOf, rootOf } from "../controls/bench_states.js";
import { answered } from "../controls/gate.js";
import { hintGiven, showHints } from "../controls/hints.js";
import { showRows } from "../controls/rows.js";
import { callbackContext, noUpdate, triggers } from "../shared/dash.js";
import { actionDone } from "../tries/actions.js";
import { announceSoon } from "./announcer.js";
import { benchReady } from "./arrivals.js";
import { holdHeight, paintPart, paintTexts, paintValues, showWhenDrawn } from "./painter.js";
import { showSaved } from "./saved_status.js";

/* dash_clientside.lab.paint: the texts of a state, the student's progress, a hint that was asked for. */
export function paint(texts, progressSummary, hint, spec) {
  const context = callbackContext();
  const { bench } = context.inputs_list[0].id;
  const benchState = benchStateOf(bench, spec, rootOf(bench));
  const isFresh = benchState.readyRoot !== benchState.root;
  const moved = new Set(triggers(context).map(([id]) => id.name));
  const isNew = (name) => isFresh || moved.has(name);
  if (benchState.root) {
    if (isNew("progress_summary") && progressSummary) {
      paintPart(benchState, "progress_summary", progressSummary);
      benchState.tryNotes = progressSummary.hints;
      if (!isFresh) {
        showSaved(progressSummary.saved);
        actionDone(benchState, progressSummary);
      }
    }
    if (isNew("texts")) {
      paintValues(benchState);
      showRows(benchState);
      if (texts) {
        paintTexts(benchState, texts);
        announceSoon(benchState);
        if (!isFresh) showWhenDrawn(benchState);
      }
    }
    showHints(benchState);
    if (moved.has("hint") && hint) hintGiven(benchState, hint);
    holdHeight(benchState);
    showState(benchState);
    if (isFresh) benchReady(benchState);
  }
  if (isNew("texts")) answered(bench, Boolean(texts?.preview));
  return noUpdate();
}
