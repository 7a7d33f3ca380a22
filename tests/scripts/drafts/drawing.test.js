/* What is read off a drawing, and what of its boxes can be drawn. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { heightsOf, numberOf, onGrid, textOf } from "../../../dashboard/scripts/drafts/drawing.js";

const SPEC = { unit: "share", suffix: "%", low: 0.5, high: 1, step: 0.001, weights: [0, 0, 0, -100, 100] };

test("heights are read as any number is, and what cannot be drawn is none", () => {
  const heights = heightsOf(SPEC, ["60", "60.5%", "", "49", "word"]);
  assert.deepEqual(heights.slice(0, 2), [0.6, 0.605]);
  assert.ok(heights.slice(2).every(Number.isNaN));
});

test("the number is read off a whole drawing alone", () => {
  assert.ok(Math.abs(numberOf(SPEC, heightsOf(SPEC, ["60", "70", "80", "92", "94.5"])) - 2.5) < 1e-9);
  assert.ok(Number.isNaN(numberOf(SPEC, heightsOf(SPEC, ["", "70", "80", "92", "94.5"]))));
});

test("a hand draws on a grid between the ends, and a box holds what the grid has", () => {
  assert.equal(onGrid(SPEC, 2), 1);
  assert.equal(onGrid(SPEC, -1), 0.5);
  assert.equal(textOf(SPEC, onGrid(SPEC, 0.92449)), "92.4");
});
