/* Between the controls and the server: one request in flight per bench, the newest value wins, the last is never lost.

   A moved control changes on the page at once; controls (what the server reads) change only when no answer is due. What
   was moved meanwhile is sent when the answer has been painted. */
import { idOf, moment, setProps, setSlot } from "../shared/dash.js";
import { tell } from "../shared/events.js";
import { benchStates } from "./bench_states.js";
import * as history from "./history.js";

const PATIENCE_MS = 10_000;
const LATE_MS = 400;
const COMMIT_MS = 400;

/* Let the gate's callback set values: a preset, a fix, undo, or none to send all controls again. */
export function command(key, order) {
  setSlot(key, "command", { ...order, at: moment() });
}

/* The controls whose values the server does not have. */
export function changes(benchState) {
  const { values, sent } = benchState;
  return Object.keys(values).filter((name) => !sent || values[name] !== sent[name]);
}

/* Take note that a request goes out now. */
export function start(benchState) {
  benchState.busy = true;
  benchState.sent = benchState.values;
  stopTimers(benchState);
  benchState.lateTimer = setTimeout(() => tell("late", benchState), LATE_MS);
  benchState.patience = setTimeout(
    () => failed(benchState.key, "The server did not answer in 10 s. Your controls are kept."),
    PATIENCE_MS,
  );
}

/* Let the newest state through if nothing is on its way: one control alone directly, several by one command. */
export function send(benchState) {
  const names = changes(benchState);
  if (!names.length) return;
  if (benchState.busy) {
    benchState.waiting = true;
  } else if (benchState.sent && names.length === 1) {
    const [name] = names;
    start(benchState);
    setProps(idOf("control", benchState.key, name), { data: benchState.values[name] });
  } else {
    command(benchState.key, { values: {} });
  }
}

/* One control was moved by hand. */
export function move(benchState, name, value) {
  if (value === benchState.values[name]) return;
  benchState.values = { ...benchState.values, [name]: value };
  commitSoon(benchState);
  tell("changed", benchState, name);
  send(benchState);
}

/* An answer was painted: the gate opens, and what moved meanwhile goes through. */
export function answered(key) {
  const benchState = benchStates[key];
  if (!benchState) return;
  open(benchState);
  tell("answered", benchState);
  if (benchState.waiting) {
    benchState.waiting = false;
    send(benchState);
  }
}

/* An answer was refused or lost: the gate opens, and the next request sends all controls. */
export function failed(key, sentence) {
  const benchState = benchStates[key];
  if (!benchState) return;
  open(benchState);
  benchState.waiting = false;
  benchState.sent = null;
  tell("failed", benchState, sentence);
}

function open(benchState) {
  stopTimers(benchState);
  benchState.busy = false;
}

function stopTimers(benchState) {
  clearTimeout(benchState.lateTimer);
  clearTimeout(benchState.patience);
}

/* Undo remembers where the controls were left. */
export function commitSoon(benchState) {
  clearTimeout(benchState.commitTimer);
  benchState.commitTimer = setTimeout(() => commit(benchState), COMMIT_MS);
}

export function commit(benchState) {
  if (history.commit(benchState)) tell("committed", benchState);
}

/* Go one step of the history, "undo" or "redo", from where the controls stand. */
export function goBackOrForth(benchState, way) {
  commit(benchState);
  if (history.step(benchState, way)) {
    command(benchState.key, { values: benchState.values, isUndoRedo: true });
  }
}
