/* What the browser knows of each bench it has shown, by the bench's key. */
import { defaultsOf } from "./values.js";

export const benchStates = {};

/* The element of a bench on the page, or undefined. */
export function rootOf(key) {
  return [...document.querySelectorAll("[data-bench]")].find((root) => root.dataset.bench === key);
}

/* The state of a bench; a page that came anew starts from the defaults.

   values are those of the controls now, sent those of the newest request (null after a failure), committed those that
   undo comes back to; busy says that an answer is due, waiting that something moved meanwhile; isMoving says that a slider
   with previews is being moved, isPreview that the newest request asked for a preview, isPutOff that it did not and got one,
   putOff how often; boxes are the values that Dash has in
   the number boxes. */
export function benchStateOf(key, spec, root) {
  const known = benchStates[key];
  if (known && known.root === root) return known;
  const values = defaultsOf(spec);
  const sliders = Object.keys(spec).filter((name) => spec[name].kind === "slider");
  benchStates[key] = {
    key,
    root,
    spec,
    values,
    sent: values,
    committed: values,
    busy: false,
    waiting: false,
    isMoving: false,
    isPreview: false,
    isPutOff: false,
    putOff: 0,
    toldMovement: "false",
    undo: [],
    redo: [],
    boxes: Object.fromEntries(sliders.map((name) => [name, values[name]])),
  };
  return benchStates[key];
}

/* The state of the bench that an element belongs to, or null. */
export function benchStateAround(node) {
  const root = node.closest("[data-bench]");
  return root ? (benchStates[root.dataset.bench] ?? null) : null;
}

/* Whether the page that a state belongs to is still shown; nothing can be set on one that went. */
export function isOnPage(benchState) {
  return Boolean(benchState.root?.isConnected);
}

export function isUnlocked(benchState) {
  return Boolean(benchState.root) && benchState.root.classList.contains("is-unlocked");
}
