/* The look into a run: the state of the controls whose run it shows is taken when the fold is opened or its button pressed.

   Controls that move meanwhile change nothing in it; a note says that it shows the state of before. */
import { listen } from "../shared/events.js";
import { benchStateAround } from "../controls/bench_states.js";
import { addActions } from "./actions.js";
import { send } from "./demonstration.js";

function viewIn(node) {
  return node.querySelector('[data-slot="run_view"]');
}

function showWhich(root, benchState) {
  const isOther = root.dataset.state !== "" && root.dataset.state !== JSON.stringify(benchState.values);
  root.querySelector(".run-view-other").hidden = !isOther;
}

/* Take the controls as they stand and ask for a round of their run. */
export function look(root, benchState) {
  root.dataset.state = JSON.stringify(benchState.values);
  showWhich(root, benchState);
  send(root);
}

function onToggle(event) {
  const fold = event.target;
  if (!fold.matches?.("details.run-view") || !fold.open) return;
  const root = viewIn(fold);
  const benchState = benchStateAround(fold);
  if (root.dataset.state === "" && benchState) look(root, benchState);
}

export function install() {
  document.addEventListener("toggle", onToggle, true); // it does not bubble
  listen("changed", (benchState) => {
    const root = benchState.root && viewIn(benchState.root);
    if (root) showWhich(root, benchState);
  });
  addActions({
    look: (node, benchState) => look(viewIn(node.closest("details")), benchState),
  });
}
