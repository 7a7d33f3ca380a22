/* A slider's position and its value; tests/scripts/test_values.py holds them against the server's on the course's sliders. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as values from "../../../dashboard/scripts/controls/values.js";
import { SPEC } from "../support/browser.js";

const linear = { kind: "slider", unit: "", min: 0.1, max: 0.95, step: 0.1, log: false, whole: false, default: 0.33 };

test("a logarithmic slider stands at the logarithm and means three digits of the power", () => {
  assert.equal(values.position(SPEC.share, 0.01), -2);
  assert.equal(values.position(SPEC.share, 0.0398), -1.400117);
  assert.equal(values.valueAt(SPEC.share, "-1.4"), 0.0398);
});

test("near the default a slider means the default itself", () => {
  const odd = { ...SPEC.share, default: 0.012345 };
  assert.equal(values.valueAt(odd, Math.log10(0.012345) + 0.009), 0.012345);
  assert.equal(values.valueAt(odd, Math.log10(0.012345) + 0.011), 0.0127);
  assert.equal(values.onScale(linear, 0.33), 0.33);
});

test("a value goes to the nearest step from the minimum, without the dust of floats", () => {
  assert.equal(values.onScale(linear, 0.44), 0.4);
  assert.equal(values.onScale(linear, 0.46), 0.5);
  assert.equal(values.onScale({ ...linear, max: 1 }, 0.31), 0.3);
});

test("a value stays within the ends", () => {
  assert.equal(values.onScale(linear, 7), 0.95);
  assert.equal(values.onScale(linear, -7), 0.1);
  assert.equal(values.onScale(SPEC.share, 1), 0.1);
  assert.equal(values.onScale(SPEC.share, 0), 0.001);
});

test("whole numbers are whole, on a logarithmic scale too", () => {
  assert.equal(values.onScale({ ...SPEC.rounds, log: true }, 7.4), 7);
  assert.equal(values.valueAt(SPEC.rounds, "12"), 12);
});

test("a position that is no number means the default", () => {
  for (const raw of ["", "x", "NaN", "Infinity", undefined]) assert.equal(values.valueAt(SPEC.rounds, raw), 8);
});

test("how far along its slider a value is", () => {
  assert.equal(values.fraction(SPEC.share, 0.01), 0.5);
  assert.equal(values.fraction(SPEC.share, 0.1), 1);
  assert.equal(values.fraction(SPEC.rounds, 1), 0);
});

test("a value as text", () => {
  assert.equal(values.textOf(SPEC.share, 0.01), "1%");
  assert.equal(values.textOf(SPEC.codec, "int8"), "8 bits");
  assert.equal(values.textOf(SPEC.codec, "new"), "new");
  assert.equal(values.textOf(SPEC.cached, true), "on");
  assert.equal(values.textOf(SPEC.cached, false), "off");
});

test("what stands at its default is not kept, 0 and false are", () => {
  const spec = { ...SPEC, cached: { kind: "switch", default: true } };
  assert.deepEqual(values.ownValues(spec, { ...values.defaultsOf(spec), cached: false, rounds: 0 }), {
    cached: false,
    rounds: 0,
  });
});
