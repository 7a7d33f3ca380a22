/* Presses that move controls: undo, redo, reset, presets, what earlier benches decided. */
import { addActions } from "../page/actions.js";
import { announce } from "../page/announcer.js";
import { callbackContext, noUpdate } from "../shared/dash.js";
import { listen } from "../shared/events.js";
import { benchStates } from "./bench_states.js";
import { command, goBackOrForth } from "./gate.js";
import { defaultsOf } from "./values.js";

/* Whether the controls stand where an offer of an earlier decision would set them. */
export function isTaken(values, offered) {
  return Object.entries(offered).every(([name, value]) => values[name] === value);
}

function showOffers({ root, values }) {
  for (const node of root?.querySelectorAll(".offer") ?? []) {
    node.setAttribute("aria-pressed", String(isTaken(values, JSON.parse(node.dataset.values))));
  }
}

/* The act in whose world the controls stand is pressed. */
export function showActs({ root, values }) {
  for (const node of root?.querySelectorAll("[data-act]") ?? []) {
    node.setAttribute("aria-pressed", String(isTaken(values, JSON.parse(node.dataset.world))));
  }
}

/* The button prints its part alone; the browser's own command prints the page. */
function printPart() {
  const { classList } = document.documentElement;
  window.addEventListener("afterprint", () => classList.remove("prints-part"), { once: true });
  classList.add("prints-part");
  window.print();
}

export function install() {
  listen("changed", showOffers);
  listen("changed", showActs);
  addActions({
    undo: (_node, benchState) => goBackOrForth(benchState, "undo"),
    redo: (_node, benchState) => goBackOrForth(benchState, "redo"),
    reset: (_node, benchState) => {
      showNote(benchState, "");
      command(benchState.key, { values: defaultsOf(benchState.spec) });
    },
    print: printPart,
    retry: (_node, benchState) => command(benchState.key, { values: {} }),
    default: (node, benchState) => {
      const row = node.closest("[data-control]");
      const name = row.dataset.control;
      command(benchState.key, { values: { [name]: benchState.spec[name].default } });
      row.querySelector("input")?.focus();
    },
    set: (node, benchState) => {
      command(benchState.key, { values: JSON.parse(node.dataset.values) });
      announce(`The controls are set: ${node.textContent}.`);
    },
  });
}

/* dash_clientside.lab.preset: what a preset does not name goes to its default. */
export function preset(chosen, presets) {
  const benchState = benchStates[callbackContext().inputs_list[0].id.bench];
  if (!chosen || !benchState || !presets[chosen]) return noUpdate();
  showNote(benchState, chosen);
  command(benchState.key, { values: { ...defaultsOf(benchState.spec), ...presets[chosen] } });
  return "";
}

/* Show what the author says of the preset that was chosen last, where it was chosen. */
function showNote(benchState, chosen) {
  for (const node of benchState.root.querySelectorAll("[data-preset-note]")) {
    node.hidden = node.dataset.presetNote !== chosen;
  }
}
