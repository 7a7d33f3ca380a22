/* What is recorded and compared: tries, pins, what the figure showed, the view of a panel. */
import { showActs } from "../controls/actions.js";
import { benchStates } from "../controls/bench_states.js";
import { commit, command } from "../controls/gate.js";
import { takeTyped } from "../controls/typed.js";
import { addActions } from "../page/actions.js";
import { announce } from "../page/announcer.js";
import { showRecorded } from "../page/sheet.js";
import { idOf, moment, setProps, setSlot } from "../shared/dash.js";
import { listen, tell } from "../shared/events.js";
import { loadPins, savePins } from "../shared/storage.js";
import { lookAtAgreements } from "./agreements.js";
import { compared, newest, stillRecorded, toggled } from "./pins.js";

/* What is said of an action that was done. */
const DONE = {
  record: ({ tries }) => `Recorded. Tries: ${tries}.`,
  carry: () => "Saved. Later parts carry this try.",
  learnt: ({ tries }) => `Saved. Two more tries are open: ${tries}.`,
};

/* Send an action to the server, once until it is answered; another action is never held back. */
export function act(benchState, action) {
  const doing = JSON.stringify(action);
  if (benchState.doing === doing) return;
  benchState.doing = doing;
  setSlot(benchState.key, "action", { at: moment(), ...action });
}

/* The server has answered an action: what was recorded stands, or why not. */
export function actionDone(benchState, progressSummary) {
  benchState.doing = null;
  setTimeout(() => {
    showPins(benchState);
    showActs(benchState);
    lookAtAgreements(benchState);
    if (!progressSummary.action) return;
    const count = `Recorded, ${progressSummary.tries}`;
    if (progressSummary.action === "record") showRecorded(benchState.root, progressSummary.message || count);
    if (progressSummary.message) {
      announce(progressSummary.message);
    } else if (Object.hasOwn(DONE, progressSummary.action)) {
      announce(DONE[progressSummary.action](progressSummary));
    } else if (progressSummary.action === "observe") {
      benchState.root.querySelector(".observed")?.focus();
    }
  }, 50);
}

/* The act whose world is pressed, for a bench that has acts. */
function actShown({ root }) {
  const node = root.querySelector("[data-act][aria-pressed=true]");
  return node ? { act: node.dataset.act } : {};
}

function pinsOf(benchState) {
  benchState.pins ??= newest(loadPins(benchState.key));
  return benchState.pins;
}

function recorded(benchState) {
  return Array.from(benchState.root.querySelectorAll("[data-do=pin]"), (node) => Number(node.dataset.try));
}

function showPins(benchState) {
  if (!benchState.root) return;
  const pins = pinsOf(benchState);
  for (const node of benchState.root.querySelectorAll("[data-do=pin]")) {
    node.setAttribute("aria-pressed", String(pins.includes(Number(node.dataset.try))));
  }
  benchState.root.querySelector("[data-do=compare]")?.setAttribute("aria-pressed", String(pins.length > 0));
}

function setPins(benchState, pins) {
  benchState.pins = pins;
  savePins(benchState.key, pins);
  showPins(benchState);
  setSlot(benchState.key, "compare", pins);
}

/* A bench has come to stand: earlier pins are drawn again. */
export function showEarlierPins(benchState) {
  const pins = stillRecorded(pinsOf(benchState), recorded(benchState));
  if (pins.length) setPins(benchState, pins);
  lookAtAgreements(benchState);
}

function showView(node, benchState) {
  for (const other of node.parentElement.querySelectorAll("[data-do=view]")) {
    other.setAttribute("aria-pressed", String(other === node));
  }
  setProps(idOf("drawn", benchState.key, node.dataset.panel), { data: node.dataset.view });
}

export function install() {
  addActions({
    record: (_node, benchState) => {
      const problem = takeTyped(benchState);
      if (problem) {
        tell("problem", problem);
        return;
      }
      commit(benchState);
      act(benchState, { do: "record", values: benchState.values, ...actShown(benchState) });
    },
    observe: (_node, benchState) => act(benchState, { do: "observe" }),
    learnt: (_node, benchState) => act(benchState, { do: "learnt" }),
    carry: (node, benchState) => act(benchState, { do: "carry", try: Number(node.dataset.try) }),
    restore: (node, benchState) => {
      command(benchState.key, { values: JSON.parse(node.closest("[data-values]").dataset.values) });
      announce(`The controls are those of try ${node.dataset.try}.`);
    },
    pin: (node, benchState) => setPins(benchState, toggled(pinsOf(benchState), Number(node.dataset.try))),
    compare: (_node, benchState) => setPins(benchState, compared(pinsOf(benchState), recorded(benchState))),
    view: showView,
  });
  listen("problem", () => Object.values(benchStates).forEach((benchState) => (benchState.doing = null)));
}
