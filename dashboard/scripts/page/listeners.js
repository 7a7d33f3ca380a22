/* Presses, keys and pointers of the whole page. */
import { benchStateAround, benchStates, isUnlocked } from "../controls/bench_states.js";
import { goBackOrForth } from "../controls/gate.js";
import { ownValues } from "../controls/values.js";
import { listen } from "../shared/events.js";
import { saveValues } from "../shared/storage.js";
import { press } from "./actions.js";
import { freeHeights } from "./painter.js";
import { dismissPopover } from "../access/popovers.js";
import { isSheetOpen, setSheet } from "./sheet.js";

function onClick(event) {
  const node = event.target.closest?.("[data-do]");
  if (!node || node.disabled || node.getAttribute("aria-disabled") === "true") return;
  event.preventDefault();
  press(node.dataset.do, node, benchStateAround(node));
}

function onKey(event) {
  if (event.key === "Escape") {
    if (isSheetOpen()) setSheet(false);
    if (document.activeElement?.matches(".reading")) document.activeElement.blur();
    dismissPopover();
  }
  const isWriting = event.target.matches("textarea, input[type=text]");
  if (isWriting || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  const root = document.querySelector("[data-bench].is-unlocked");
  const benchState = root && benchStates[root.dataset.bench];
  if (!benchState) return;
  event.preventDefault();
  goBackOrForth(benchState, event.shiftKey ? "redo" : "undo");
}

function save(benchState) {
  if (isUnlocked(benchState)) saveValues(benchState.key, ownValues(benchState.spec, benchState.values));
}

export function install() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  window.addEventListener("resize", freeHeights);
  window.addEventListener("pagehide", () => Object.values(benchStates).forEach(save));
  listen("committed", save);
}
