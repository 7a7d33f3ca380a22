/* Between the controls and the server: one request in flight per bench, the newest value wins, the last is never lost.

   A moved control changes on the page at once; controls (what the server reads) change only when no answer is due. What
   was moved meanwhile is sent when the answer has been painted. A slider whose bench has previews asks for them while it
   moves, and for the full answer when it has rested; every other change asks for the full answer at once. A server on
   which others wait gives a preview in place of the full answer, which is then asked for again. */
import { idOf, moment, setProps, setSlot } from "../shared/dash.js";
import { tell } from "../shared/events.js";
import { benchStates, isOnPage } from "./bench_states.js";
import * as history from "./history.js";

const PATIENCE_MS = 10_000;
const LATE_MS = 400;
const COMMIT_MS = 400;
const REST_MS = 200;
const AGAIN_MS = 300; // times how often the server has put it off

/* Let the gate's callback set values: a preset, a fix, undo, or none to send all controls again. */
export function command(key, order) {
  setSlot(key, "command", { ...order, at: moment() });
}

/* The controls whose values the server does not have. */
export function changes(benchState) {
  const { values, sent } = benchState;
  return Object.keys(values).filter((name) => !sent || values[name] !== sent[name]);
}

/* Whether the newest answer is a preview of a state that has come to rest. */
function isFullDue(benchState) {
  return (benchState.isPreview || benchState.isPutOff) && !benchState.isMoving;
}

/* Whether there is something to ask the server for. */
export function isToAsk(benchState) {
  return changes(benchState).length > 0 || isFullDue(benchState);
}

/* What the server is told with a request: that a slider moves, and from which full answer; else how often it has put off
   the full answer of this state. */
function movement({ isMoving, rested, putOff }) {
  if (isMoving) return rested ? { from: rested } : true;
  return putOff ? { put_off: putOff } : false;
}

/* Take note that a request goes out now, and tell the server whether it may be answered by a preview. */
export function start(benchState) {
  benchState.busy = true;
  if (!benchState.isPreview && !benchState.isPutOff && benchState.sent) benchState.rested = benchState.sent;
  if (changes(benchState).length) benchState.putOff = 0;
  benchState.sent = benchState.values;
  benchState.isPreview = benchState.isMoving;
  benchState.isPutOff = false;
  const told = JSON.stringify(movement(benchState));
  if (told !== benchState.toldMovement) {
    benchState.toldMovement = told;
    setSlot(benchState.key, "moving", movement(benchState));
  }
  stopTimers(benchState);
  benchState.lateTimer = setTimeout(() => tell("late", benchState), LATE_MS);
  benchState.patience = setTimeout(
    () => failed(benchState.key, "The server did not answer in 10 s. Your controls are kept.", "overdue"),
    PATIENCE_MS,
  );
}

/* Let the newest state through if nothing is on its way: one control alone directly, several or none by one command. */
export function send(benchState) {
  const names = changes(benchState);
  if (!isToAsk(benchState)) return;
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
  if (benchState.spec[name].preview) restLater(benchState);
  commitSoon(benchState);
  tell("changed", benchState, name);
  send(benchState);
}

/* A slider with previews moves from now on, until it is left alone. */
function restLater(benchState) {
  benchState.isMoving = true;
  sendLater(benchState, REST_MS);
}

function sendLater(benchState, ms) {
  clearTimeout(benchState.restTimer);
  benchState.restTimer = setTimeout(() => {
    rest(benchState);
    if (isOnPage(benchState)) send(benchState);
  }, ms);
}

/* Nothing moves any more: the next request asks for the full answer. */
export function rest(benchState) {
  clearTimeout(benchState.restTimer);
  benchState.isMoving = false;
}

/* An answer was painted, a preview or a full one: the gate opens, and what moved meanwhile goes through. */
export function answered(key, isPreview = false) {
  const benchState = benchStates[key];
  if (!benchState) return;
  open(benchState);
  benchState.isPutOff = isPreview && !benchState.isPreview;
  benchState.putOff = benchState.isPutOff ? benchState.putOff + 1 : 0;
  tell("answered", benchState);
  if (benchState.waiting) {
    benchState.waiting = false;
    send(benchState);
  } else if (benchState.isPutOff && !benchState.isMoving) {
    sendLater(benchState, AGAIN_MS * benchState.putOff);
  }
}

/* An answer was refused or lost: the gate opens, and the next request sends all controls. kind is "overdue" where the
   answer may still come, "passing" where asking again may help without a change, "" where it was refused; wait is how long the server asks to
   wait before that, in milliseconds. */
export function failed(key, sentence, kind = "", wait = 0) {
  const benchState = benchStates[key];
  if (!benchState) return;
  open(benchState);
  rest(benchState);
  benchState.waiting = false;
  benchState.isPutOff = false;
  benchState.sent = null;
  tell("failed", benchState, sentence, kind, wait);
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
