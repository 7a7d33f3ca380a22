/* The dialog that says what the keys do, and single keys for a bench, which act only once they were switched on. */
import { addActions } from "../page/actions.js";
import { announce } from "../page/announcer.js";
import { benchStates } from "../controls/bench_states.js";
import { dropFromDevice, keepOnDevice, loadFromDevice } from "../shared/storage.js";
import { stateWords } from "./summary.js";

const CHOICE = "edgelab-single-keys";
const WRITING = "textarea, select, input:not([type=range], [type=radio], [type=checkbox])";

let areOn = null; // what was chosen on this page, null before

function isOn() {
  return areOn ?? loadFromDevice(CHOICE) === "on";
}

function dialog() {
  return document.getElementById("keys");
}

function show() {
  const choice = dialog()?.querySelector("[data-do=single_keys]");
  if (!choice) return;
  choice.setAttribute("aria-pressed", String(isOn()));
  choice.textContent = `Single keys: ${isOn() ? "on" : "off"}`;
}

function choose() {
  areOn = !isOn();
  if (areOn) keepOnDevice(CHOICE, "on");
  else dropFromDevice(CHOICE);
  show();
}

function open() {
  show();
  if (!dialog()?.open) dialog()?.showModal();
}

function clicks(selector) {
  return (root) => root?.querySelector(selector)?.click();
}

function say(root) {
  const benchState = root && benchStates[root.dataset.bench];
  if (benchState) announce(stateWords(benchState));
}

/* What a single key does on a bench. */
const KEYS = {
  r: clicks('[data-do="record"]'),
  u: clicks('[data-do="undo"]'),
  y: clicks('[data-do="redo"]'),
  t: clicks(".panel button[aria-expanded]"),
  s: say,
  "?": open,
};

/* The act of a key, or undefined where it is none: typed into a field, with another key, or not switched on. */
export function actOf({ key, target, ctrlKey, altKey, metaKey, repeat }, areKeysOn) {
  if (!areKeysOn || ctrlKey || altKey || metaKey || repeat || target.matches?.(WRITING)) return undefined;
  const name = key.toLowerCase();
  return Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
}

function onKey(event) {
  if (dialog()?.open) return;
  const act = actOf(event, isOn());
  if (!act) return;
  event.preventDefault();
  act(document.querySelector("[data-bench]"));
}

export function install() {
  addActions({ keys: open, close_keys: () => dialog().close(), single_keys: choose });
  document.addEventListener("keydown", onKey);
}
