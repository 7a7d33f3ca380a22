/* What the second engine says of the tries that won: looked at while one waits, written into the tries' table. */
import { benchStates } from "../controls/bench_states.js";
import { announce } from "../page/announcer.js";
import { callbackContext, moment, setSlot } from "../shared/dash.js";
import { listen } from "../shared/events.js";

const LOOK_MS = 2000;
const LOST_MS = 15_000; // after a look that was refused or lost
const WAITING = "waiting";

/* The words beside the tries; none once another page stands, which Dash cannot be asked about. */
function cells(benchState) {
  if (!benchState.root || document.querySelector("[data-bench]") !== benchState.root) return [];
  return [...benchState.root.querySelectorAll("[data-agreement]")];
}

/* Look again where the table says that the second engine is being asked. */
export function lookAtAgreements(benchState) {
  clearTimeout(benchState.agreementTimer);
  if (!cells(benchState).some((cell) => cell.dataset.word === WAITING)) return;
  setSlot(benchState.key, "agreements_asked", moment());
  lookIn(benchState, LOST_MS);
}

function lookIn(benchState, ms) {
  clearTimeout(benchState.agreementTimer);
  benchState.agreementTimer = setTimeout(() => lookAtAgreements(benchState), ms);
}

/* dash_clientside.lab.agreements_told */
export function agreementsTold(told) {
  const benchState = benchStates[callbackContext().inputs_list[0].id.bench];
  if (!told || !benchState) return moment();
  for (const cell of cells(benchState)) {
    const found = told.tries[cell.dataset.agreement];
    if (!found || found.word === cell.dataset.word) continue;
    if (cell.dataset.word === WAITING && found.word !== "not asked") {
      announce(`Try ${cell.dataset.agreement}, second engine: ${found.word}.`);
    }
    cell.dataset.word = found.word;
    cell.textContent = found.word;
    cell.title = found.sentence;
  }
  clearTimeout(benchState.agreementTimer);
  if (told.is_open) lookIn(benchState, LOOK_MS);
  return moment();
}

export function install() {
  listen("problem", () => Object.values(benchStates).forEach((benchState) => lookIn(benchState, LOST_MS)));
}
