/* Figures with sliders of their own, the one in Peek and the look into a run: one request in flight, the newest values win.

   Their values are no part of the bench's: they are read from the sliders, never kept, and a page that comes anew starts
   from the defaults. data-slot names the slots of such a figure. What has a data-state is drawn for that state of the
   controls, and not before there is one (run_view.js). */
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
    const text = rule.of ? `${value} of ${rule.max}` : textOf(rule, value);
    input.parentElement.style.setProperty("--fill", `${(fraction(rule, value) * 100).toFixed(2)}%`);
    input.setAttribute("aria-valuetext", text);
    row.querySelector("[data-value]").textContent = text;
  }
}

/* Ask for the figure at the sliders' values, or remember to when an answer is due. */
export function send(root) {
  if (root.dataset.state === "") return;
  const gate = gateOf(root);
  if (gate.busy) {
    gate.waiting = true;
    return;
  }
  gate.busy = true;
  gate.waiting = false;
  gate.patience = setTimeout(() => open(root), PATIENCE_MS);
  const values = Object.fromEntries(slidersOf(root).map(({ name, value }) => [name, value]));
  const order = root.dataset.state ? { values, state: JSON.parse(root.dataset.state) } : { values };
  setSlot(root.dataset.demonstration, `${root.dataset.slot}_values`, { ...order, at: moment() });
  root.ariaBusy = "true";
}

function open(root) {
  const gate = gateOf(root);
  clearTimeout(gate.patience);
  gate.busy = false;
  root.ariaBusy = "false";
}

function speakSoon(root) {
  const gate = gateOf(root);
  clearTimeout(gate.speech);
  gate.speech = setTimeout(() => announce(root.querySelector(".answer").textContent), SPEAK_MS);
}

/* dash_clientside.lab.demonstration_drawn: a figure came, with the page or as an answer; told.max is how far its slider
   goes in the state it was drawn for. */
export function demonstrationDrawn(_figure, told) {
  const [{ id }] = callbackContext().inputs_list;
  const root = all().find((each) => each.dataset.demonstration === id.bench && each.dataset.slot === id.name);
  if (root) {
    if (told?.max) reach(root, told.max);
    const { waiting } = gateOf(root);
    open(root);
    show(root);
    if (waiting) send(root);
  }
  return moment();
}

/* Let the one slider of a figure end elsewhere. */
function reach(root, max) {
  const [{ name, input, rule }] = slidersOf(root);
  root.dataset.spec = JSON.stringify({ [name]: { ...rule, max } });
  input.max = max;
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
