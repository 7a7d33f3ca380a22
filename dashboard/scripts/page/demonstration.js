/* The figure in Peek with sliders of its own: one request in flight, the newest values win.

   Its values are no part of the bench's: they are read from the sliders, never kept, and a page that comes anew starts
   from the defaults. */
import { announce } from "./announcer.js";
import { callbackContext, moment, setSlot } from "../shared/dash.js";
import { listen } from "../shared/events.js";
import { fraction, textOf, valueAt } from "../controls/values.js";

const PATIENCE_MS = 10_000;
const SPEAK_MS = 900;
const gates = new WeakMap(); // by the element of a demonstration: busy, waiting and its timers

function all() {
  return [...document.querySelectorAll("[data-demonstration]")];
}

function gateOf(root) {
  if (!gates.has(root)) gates.set(root, { busy: false, waiting: false });
  return gates.get(root);
}

function slidersOf(root) {
  const spec = JSON.parse(root.dataset.spec);
  return [...root.querySelectorAll("input[type=range]")].map((input) => {
    const row = input.closest("[data-slider]");
    const rule = spec[row.dataset.slider];
    return { name: row.dataset.slider, input, row, rule, value: valueAt(rule, input.value) };
  });
}

/* Show what the sliders mean, to the eye and to a screen reader. */
function show(root) {
  for (const { input, row, rule, value } of slidersOf(root)) {
    const text = textOf(rule, value);
    input.parentElement.style.setProperty("--fill", `${(fraction(rule, value) * 100).toFixed(2)}%`);
    input.setAttribute("aria-valuetext", text);
    row.querySelector("[data-value]").textContent = text;
  }
}

/* Ask for the figure at the sliders' values, or remember to when an answer is due. */
function send(root) {
  const gate = gateOf(root);
  if (gate.busy) {
    gate.waiting = true;
    return;
  }
  gate.busy = true;
  gate.waiting = false;
  gate.patience = setTimeout(() => open(root), PATIENCE_MS);
  const values = Object.fromEntries(slidersOf(root).map(({ name, value }) => [name, value]));
  setSlot(root.dataset.demonstration, "demonstration_values", { values, at: moment() });
}

function open(root) {
  const gate = gateOf(root);
  clearTimeout(gate.patience);
  gate.busy = false;
}

function speakSoon(root) {
  const gate = gateOf(root);
  clearTimeout(gate.speech);
  gate.speech = setTimeout(() => announce(root.querySelector(".answer").textContent), SPEAK_MS);
}

/* dash_clientside.lab.demonstration_drawn: a figure came, with the page or as an answer. */
export function demonstrationDrawn() {
  const [{ id }] = callbackContext().inputs_list;
  const root = all().find((each) => each.dataset.demonstration === id.bench);
  if (root) {
    const { waiting } = gateOf(root);
    open(root);
    show(root);
    if (waiting) send(root);
  }
  return moment();
}

function onSlide(event) {
  const root = event.target.matches?.("input[type=range]") && event.target.closest("[data-demonstration]");
  if (!root) return;
  show(root);
  speakSoon(root);
  send(root);
}

export function install() {
  document.addEventListener("input", onSlide, true);
  document.addEventListener("edgelab:screen", () => all().forEach(send)); // other colours, or another width
  listen("problem", () => all().forEach(open));
}
