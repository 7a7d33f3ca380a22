import assert from "node:assert/strict";
import { test } from "node:test";
import * as history from "../../../dashboard/scripts/controls/history.js";

function left(...stops) {
  const benchState = { values: "start", committed: "start", undo: [], redo: [] };
  for (const stop of stops) {
    benchState.values = stop;
    history.commit(benchState);
  }
  return benchState;
}

test("undo goes back through the stops, redo forward, to the very values", () => {
  const benchState = left("a", "b");
  const seen = [];
  while (history.step(benchState, "undo")) seen.push(benchState.values);
  while (history.step(benchState, "redo")) seen.push(benchState.values);
  assert.deepEqual(seen, ["a", "start", "a", "b"]);
});

test("a new change clears what could be redone", () => {
  const benchState = left("a", "b");
  history.step(benchState, "undo");
  assert.equal(history.canRedo(benchState), true);
  benchState.values = "c";
  history.commit(benchState);
  assert.equal(history.canRedo(benchState), false);
  assert.equal(history.step(benchState, "redo"), false);
  assert.equal(benchState.values, "c");
});

test("after an undo the state counts as committed: nothing new is remembered", () => {
  const benchState = left("a");
  history.step(benchState, "undo");
  assert.equal(history.commit(benchState), false);
  assert.deepEqual(benchState.redo, ["a"]);
});

test("leaving the controls where they stand is no step", () => {
  const benchState = left("a");
  assert.equal(history.commit(benchState), false);
  assert.equal(benchState.undo.length, 1);
});

test("a change that is not committed yet can be undone", () => {
  const benchState = left();
  assert.equal(history.canUndo(benchState), false);
  benchState.values = "a";
  assert.equal(history.canUndo(benchState), true);
});

test("the history keeps the newest 200 stops", () => {
  const benchState = left(...Array.from({ length: 250 }, (_, n) => n));
  assert.equal(benchState.undo.length, 200);
  assert.equal(benchState.undo.at(-1), 248);
});
