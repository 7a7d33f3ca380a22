/* The browser writes and reads numbers as the server does: the same stored cases, tests/scripts/test_quantities.py. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "../../../dashboard/scripts/numbers/read.js";
import { inWords, quantity } from "../../../dashboard/scripts/numbers/write.js";
import cases from "../quantity_cases.json" with { type: "json" };

for (const unit of new Set(cases.written.map(([, each]) => each))) {
  test(`what is written in “${unit}” is what the server writes`, () => {
    for (const [value, own, text] of cases.written) {
      if (own === unit) assert.equal(inWords(value, unit), text, `${value} ${unit}`);
    }
  });
}

test("what is typed is read as on the server, or refused as there", () => {
  for (const [text, unit, value] of cases.read) assert.deepEqual(read(text, unit), value ?? NaN, `“${text}” ${unit}`);
});

test("a number is read back from its box and the unit beside it, to three digits", () => {
  for (const [value, unit] of cases.written) {
    const [number, shown] = quantity(value, unit);
    const back = read(number, unit, shown);
    assert.ok(Math.abs(back - value) <= 5.1e-3 * Math.abs(value), `${value} ${unit}: ${number} ${shown} is ${back}`);
  }
});

test("a bare number takes the unit beside its box, a number with a unit its own", () => {
  assert.equal(read("2", "B", "GB"), 2e9);
  assert.equal(read("2 kB", "B", "GB"), 2000);
  assert.equal(read("3", "s", "min"), 180);
});

test("an edge is written as one would by hand", () => {
  const known = [
    [999.5, "B", "1\u00a0kB"],
    [999.4, "B", "999\u00a0B"],
    [1023.9, "iB", "1\u202f020\u00a0B"],
    [1024, "iB", "1\u00a0KiB"],
    [9.995, "steps", "10\u00a0steps"],
    [1e10, "steps", "10¹⁰\u00a0steps"],
    [9.99e9, "steps", "9\u202f990\u202f000\u202f000\u00a0steps"],
    [0.001, "steps", "0.001\u00a0steps"],
    [0.0009, "steps", "9\u202f×\u202f10⁻⁴\u00a0steps"],
    [-3.25, "points", "−3.25\u00a0points"],
    [3.25, "points", "+3.25\u00a0points"],
    [0, "s", "0\u00a0s"],
    [0, "B", "0\u00a0B"],
    [0.125, "share", "12.5%"],
    [8, "", "8"],
  ];
  for (const [value, unit, text] of known) assert.equal(inWords(value, unit), text);
});
