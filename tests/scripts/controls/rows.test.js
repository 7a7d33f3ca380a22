/* The rows of the controls as they look, and what a hand on a slider does. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { benchStateOf, benchStates, rootOf } from "../../../dashboard/scripts/controls/bench_states.js";
import * as rows from "../../../dashboard/scripts/controls/rows.js";
import { domId } from "../../../dashboard/scripts/shared/dash.js";
import { tell } from "../../../dashboard/scripts/shared/events.js";
import { dataOf, openDash, SPEC } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const KEY = "edge/paradox";
const page = openPage();
rows.install();
let set, benchState, slider, box, reset, suffix, undo, redo;

function row(name, ...parts) {
  return element("div", { "data-control": name }, ...parts);
}

beforeEach(() => {
  set = openDash();
  const id = domId({ kind: "slider", bench: KEY, name: "share" });
  assert.equal(id, '{"bench":"edge/paradox","kind":"slider","name":"share"}');
  slider = element("input", { type: "range", id });
  slider.value = "-2";
  box = element("input", { type: "text" });
  reset = element("button", { class: "reset" });
  suffix = element("span", { "data-suffix": "share" });
  undo = element("button", { "data-do": "undo" });
  redo = element("button", { "data-do": "redo" });
  const root = element(
    "main",
    { "data-bench": KEY, class: "is-unlocked" },
    row("share", element("div", { class: "track" }, slider), element("div", { class: "box" }, box), reset, suffix),
    row("codec", element("button", { class: "reset", "data-of": "codec" })),
    undo,
    redo,
  );
  page.body.children = [root];
  root.parentElement = page.body;
  globalThis.document = page;
  page.activeElement = null;
  delete benchStates[KEY];
  benchState = benchStateOf(KEY, SPEC, root);
  clearTimeout(benchState.commitTimer);
});

function slide(at) {
  slider.value = at;
  page.fire("input", { target: slider });
  clearTimeout(benchState.commitTimer);
  clearTimeout(benchState.lateTimer);
  clearTimeout(benchState.patience);
}

test("a slider that is no control of the bench is not read", () => {
  const other = element("input", { type: "range" });
  other.parentElement = benchState.root;
  page.fire("input", { target: other });
  assert.deepEqual(set, []);
});

test("a hand on a slider shows the value and sends its control alone", () => {
  slide("-1.4");
  assert.equal(benchState.values.share, 0.0398);
  assert.deepEqual(set, [[{ kind: "control", bench: KEY, name: "share" }, { data: 0.0398 }]]);
  assert.equal(slider.getAttribute("aria-valuetext"), "3.98%");
  assert.equal(slider.parentElement.properties.get("--fill"), "79.99%");
  assert.deepEqual([box.value, suffix.textContent, reset.hidden], ["3.98", "%", false]);
  assert.equal(box.getAttribute("aria-label"), "Share, 3.98%");
});

test("before the lock a slider moves nothing", () => {
  benchState.root.classList.remove("is-unlocked");
  slide("-1.4");
  assert.deepEqual([benchState.values.share, set.length], [0.01, 0]);
});

test("what is no slider is not listened to", () => {
  page.fire("input", { target: box });
  page.fire("input", { target: {} });
  assert.equal(set.length, 0);
});

test("at the default there is nothing to reset", () => {
  rows.showRows(benchState);
  assert.equal(reset.hidden, true);
  benchState.values = { ...benchState.values, codec: "int8" };
  rows.showRows(benchState);
  assert.equal(benchState.root.querySelector('[data-of="codec"]').hidden, false);
});

test("a box is not written under the hand that types into it", () => {
  box.value = "12";
  page.activeElement = box;
  rows.showRows(benchState);
  assert.equal(box.value, "12");
});

test("undo and redo are offered when there is something", () => {
  rows.showRows(benchState);
  assert.deepEqual([undo.disabled, redo.disabled], [true, true]);
  benchState.undo = [benchState.values];
  benchState.redo = [benchState.values];
  rows.showRows(benchState);
  assert.deepEqual([undo.disabled, redo.disabled], [false, false]);
});

test("what something else moved, its slider follows; a slider that stands right is left alone", () => {
  tell("changed", benchState);
  assert.equal(set.length, 0);
  benchState.values = { ...benchState.values, share: 0.05 };
  tell("changed", benchState);
  assert.deepEqual(set, [[{ kind: "slider", bench: KEY, name: "share" }, { value: -1.30103 }]]);
});

test("Dash gets the boxes once the controls are left, each once", () => {
  benchState.values = { ...benchState.values, share: 0.05, rounds: 9 };
  tell("committed", benchState);
  tell("committed", benchState);
  assert.deepEqual(
    set.map(([id, props]) => [id.kind, id.name, props.value]),
    [
      ["box", "share", "5"],
      ["box", "rounds", "9"],
    ],
  );
});

test("the boxes of a page that went are not written", () => {
  benchState.values = { ...benchState.values, rounds: 9 };
  benchState.root.isConnected = false;
  tell("committed", benchState);
  assert.deepEqual(set, []);
});

test("a bench is found on the page by its key, whatever signs it holds", () => {
  for (const key of ['a"b/c', "a\\b/c", "ä/日本"]) {
    const root = element("main", { "data-bench": key });
    page.body.append(root);
    assert.equal(rootOf(key), root);
  }
  assert.equal(rootOf("not/there"), undefined);
  assert.deepEqual(dataOf(set, "control", "share"), []);
});
