/* What stands in a picture for a report, and which fonts its drawing takes along. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hasSign } from "../../../dashboard/scripts/pictures/fonts.js";
import { inLines, settingsText } from "../../../dashboard/scripts/pictures/report.js";

const letters = (text) => text.length;

test("lines hold whole words, no more than fit, and lose none", () => {
  assert.deepEqual(inLines("one two three", 7, letters), ["one two", "three"]);
  assert.deepEqual(inLines("unbreakable so", 5, letters), ["unbreakable", "so"]);
  assert.deepEqual(inLines("", 5, letters), []);
  assert.deepEqual(inLines("2 048\u00a0MB", 4, letters), ["2", "048\u00a0MB"]); // a number stays with its unit
});

test("every control stands with its value in words", () => {
  const spec = {
    batch: { label: "Batch", kind: "slider", unit: "" },
    kind: { label: "Method", kind: "choice", texts: { lora: "LoRA" } },
    on: { label: "Cache", kind: "toggle" },
  };
  const text = settingsText({ spec, values: { batch: 8, kind: "lora", on: false } });
  assert.equal(text, "Batch 8 · Method LoRA · Cache off");
});

test("a font goes along where its range has a sign of the text", () => {
  assert.ok(hasSign("U+0370-0377,U+03A3-03FF", "noise ε"));
  assert.ok(!hasSign("U+0370-0377,U+03A3-03FF", "noise"));
  assert.ok(hasSign("U+4??", "\u0410"));
  assert.ok(hasSign("U+20AC", "5 €") && !hasSign("U+20AC", "5 $"));
  assert.ok(hasSign("", "anything"));
});
