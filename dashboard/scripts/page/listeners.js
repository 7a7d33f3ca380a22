/* Presses, keys and pointers of the whole page. */
import { benchStateAround, benchStates, isUnlocked } from "../controls/bench_states.js";
import { goBackOrForth } from "../controls/gate.js";
import { ownValues } from "../controls/values.js";
import { listen } from "../shared/events.js";
import { saveValues } from "../shared/storage.js";
import { press } from "./actions.js";
import { freeHeights } from "./painter.js";
import { isSheetOpen, setSheet } from "./sheet.js";

const POPOVER_PX = 600;
const POPOVER_HEIGHT_PX = 200;
const EDGE_PX = 16;

/* The reading under the pointer or with the focus. */
let pointed = null;

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
    pointed?.classList.add("is-dismissed");
  }
  const isWriting = event.target.matches("textarea, input[type=text]");
  if (isWriting || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  const root = document.querySelector("[data-bench].is-unlocked");
  const benchState = root && benchStates[root.dataset.bench];
  if (!benchState) return;
  event.preventDefault();
  goBackOrForth(benchState, event.shiftKey ? "redo" : "undo");
}

/* A popover opens where there is room: below its reading, off the figures, or above where the read-out is near, and
   within the window. It is wide, so that above it covers the strip rather than a curve. One that Escape has shut opens
   again when the pointer comes back. */
function placePopover(event) {
  const reading = event.target.closest?.(".reading") ?? null;
  if (reading !== pointed) pointed?.classList.remove("is-dismissed");
  pointed = reading;
  if (!reading) return;
  const { left, bottom } = reading.getBoundingClientRect();
  const floor = document.querySelector(".hud")?.getBoundingClientRect().top ?? window.innerHeight;
  const width = Math.min(POPOVER_PX, window.innerWidth - 2 * EDGE_PX);
  reading.style.setProperty("--shift", `${Math.min(0, window.innerWidth - EDGE_PX - width - left)}px`);
  reading.classList.toggle("is-above", bottom + POPOVER_HEIGHT_PX > floor);
}

function save(benchState) {
  if (isUnlocked(benchState)) saveValues(benchState.key, ownValues(benchState.spec, benchState.values));
}

export function install() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("mouseover", placePopover);
  document.addEventListener("focusin", placePopover);
  window.addEventListener("resize", freeHeights);
  window.addEventListener("pagehide", () => Object.values(benchStates).forEach(save));
  listen("committed", save);
}
