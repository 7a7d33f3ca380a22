/* The rows of the controls as they look and sound at a value. */
import { quantity } from "../numbers/write.js";
import { domId, idOf, setProps } from "../shared/dash.js";
import { listen } from "../shared/events.js";
import { benchStates, isOnPage } from "./bench_states.js";
import { move } from "./gate.js";
import { canRedo, canUndo } from "./history.js";
import { fraction, position, textOf, valueAt } from "./values.js";

function inputOf(benchState, name) {
  return document.getElementById(domId(idOf("slider", benchState.key, name)));
}

function setOrDrop(dataset, name, isSet) {
  if (isSet) dataset[name] = "1";
  else delete dataset[name];
}

function showRow(benchState, name) {
  const rule = benchState.spec[name];
  const value = benchState.values[name];
  const row = [...benchState.root.querySelectorAll("[data-control]")].find((node) => node.dataset.control === name);
  if (!row) return;
  const reset = row.querySelector(".reset");
  if (reset) reset.hidden = value === rule.default;
  const input = rule.kind === "slider" && inputOf(benchState, name);
  if (!input) return;
  const [number, unit] = quantity(value, rule.unit);
  input.parentElement.style.setProperty("--fill", `${(fraction(rule, value) * 100).toFixed(2)}%`);
  input.setAttribute("aria-valuetext", textOf(rule, value));
  const suffix = row.querySelector("[data-suffix]");
  if (suffix) suffix.textContent = unit;
  const note = row.querySelector("[data-box-note]");
  const said = benchState.boxNotes?.[name];
  if (note) note.textContent = said?.value === value ? said.words : "";
  const box = row.querySelector(".box input");
  if (!box) return;
  if (note) setOrDrop(note.dataset, "refuses", said?.value === value && said.isRefused);
  box.setAttribute("aria-label", `${rule.label}, ${textOf(rule, value)}`);
  if (box !== document.activeElement) box.value = number;
}

/* Show the rows of all controls, or of one, and what undo and redo can do. */
export function showRows(benchState, name) {
  if (!benchState.root) return;
  for (const each of name ? [name] : Object.keys(benchState.spec)) showRow(benchState, each);
  if (name) return;
  const undo = benchState.root.querySelector('[data-do="undo"]');
  const redo = benchState.root.querySelector('[data-do="redo"]');
  if (undo) undo.disabled = !canUndo(benchState);
  if (redo) redo.disabled = !canRedo(benchState);
}

/* Move the sliders whose value was set by something else: preset, fix, undo, box. */
function placeSliders(benchState) {
  for (const [name, rule] of Object.entries(benchState.spec)) {
    const input = rule.kind === "slider" && inputOf(benchState, name);
    if (input && valueAt(rule, input.value) !== benchState.values[name]) {
      setProps(idOf("slider", benchState.key, name), { value: position(rule, benchState.values[name]) });
    }
  }
}

/* A drag writes its box in the page alone; once it is committed, Dash gets it too. */
export function commitBoxes(benchState) {
  if (!isOnPage(benchState)) return;
  for (const [name, known] of Object.entries(benchState.boxes)) {
    const value = benchState.values[name];
    if (known === value) continue;
    benchState.boxes[name] = value;
    setProps(idOf("box", benchState.key, name), { value: quantity(value, benchState.spec[name].unit)[0] });
  }
}

/* A slider writes its one control directly: a round through a callback with all of them costs more than the answer. */
function onSlide(event) {
  const input = event.target;
  const root = input.matches?.("input[type=range]") && input.closest("[data-bench].is-unlocked");
  const benchState = root && benchStates[root.dataset.bench];
  if (!benchState) return;
  const name = input.closest("[data-control]")?.dataset.control;
  if (!name) return; // a slider of the demonstration in Peek
  move(benchState, name, valueAt(benchState.spec[name], input.value));
}

export function install() {
  document.addEventListener("input", onSlide, true);
  listen("changed", (benchState, name) => {
    showRows(benchState, name);
    if (!name) placeSliders(benchState);
  });
  listen("committed", (benchState) => {
    showRows(benchState);
    commitBoxes(benchState);
  });
}
