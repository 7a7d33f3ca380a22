import assert from "node:assert/strict";
import { test } from "node:test";
import { compared, newest, stillRecorded, toggled } from "../../../dashboard/scripts/tries/pins.js";

test("three tries are pinned; a fourth takes the place of the oldest, in the order of the presses", () => {
  const pins = [4, 1, 3, 2].reduce(toggled, []);
  assert.deepEqual(pins, [1, 3, 2]);
  assert.deepEqual(toggled(pins, 5), [3, 2, 5]);
});

test("a second press takes a pin out and leaves the order of the others", () => {
  assert.deepEqual(toggled([1, 3, 2], 3), [1, 2]);
});

test("Compare pins the newest three, or takes all pins away", () => {
  assert.deepEqual(compared([], [1, 2, 3, 4, 5]), [3, 4, 5]);
  assert.deepEqual(compared([2], [1, 2, 3]), []);
});

test("pins of tries that are gone are left out", () => {
  assert.deepEqual(stillRecorded([7, 2, 1], [1, 2, 3]), [2, 1]);
  assert.deepEqual(newest([1, 2]), [1, 2]);
});
