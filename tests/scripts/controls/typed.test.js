/* What stands in the number boxes, read when a button is pressed. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { benchStateOf, benchStates } from "../../../dashboard/scripts/controls/bench_states.js";
import { boxNote, noteBox, noteTyping, takeTyped, typedValue } from "../../../dashboard/scripts/controls/typed.js";
import { dataOf, openDash, SPEC } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

let set, boxes, benchState;

beforeEach(() => {
  set = openDash();
  boxes = { share: element("input"), rounds: element("input") };
  const rows = Object.entries(boxes).map(([name, box]) =>
    element("div", { "data-control": name }, element("div", { class: "box" }, box)),
  );
  const root = element("main", { "data-bench": "a/b" }, ...rows, element("div", { "data-control": "codec" }));
  openPage(root);
  delete benchStates["a/b"];
  benchState = benchStateOf("a/b", SPEC, root);
  Object.assign(boxes.share, { value: "1" });
  Object.assign(boxes.rounds, { value: "8" });
});

function type(name, text) {
  boxes[name].value = text;
  noteTyping({ target: boxes[name] });
}

test("a typed number is put on its slider's scale; nonsense is no number", () => {
  assert.equal(typedValue(SPEC.rounds, 8, "12.4"), 12);
  assert.equal(typedValue(SPEC.rounds, 8, "400"), 20);
  for (const text of ["", "much", "NaN", "1e999", "-", "2 parsec", "<b>", null])
    assert.equal(typedValue(SPEC.rounds, 8, text), NaN);
});

test("the text that a box shows of a value means that very value", () => {
  assert.equal(typedValue(SPEC.share, 0.012345, "1.23"), 0.012345);
  assert.equal(typedValue(SPEC.share, 0.012345, "1.24"), 0.0124);
});

test("what was typed moves its control at once, in the page and for the server", () => {
  type("share", "3.7");
  assert.equal(takeTyped(benchState), "");
  assert.equal(benchState.values.share.toFixed(6), "0.037000");
  assert.deepEqual(dataOf(set, "control", "share"), [benchState.values.share]);
  assert.equal(benchState.values.rounds, 8);
  for (const timer of ["commitTimer", "lateTimer", "patience"]) clearTimeout(benchState[timer]);
});

test("a box says beside itself what it did not take as it was typed", () => {
  const payload = { unit: "B", min: 1e3, max: 1e9, step: 0.02, log: true, whole: false, default: 2e5 };
  const even = { unit: "share", min: 0.2, max: 1, step: 0.05, log: false, whole: false, default: 0.8 };
  for (const [rule, value, text, words] of [
    [SPEC.share, 0.01, "50", "10% is the most here."],
    [SPEC.share, 0.01, "0.05", "0.1% is the least here."],
    [SPEC.share, 0.01, "much", "“much” cannot be read; 1% stays."],
    [SPEC.share, 0.01, " ", "Nothing was entered; 1% stays."],
    [SPEC.share, 0.01, "3.7", ""],
    [SPEC.share, 0.1, "10", ""],
    [payload, 2e5, "202", ""],
    [even, 0.8, "83", "The nearest to 83% here is 85%."],
    [SPEC.rounds, 8, "9.6", "The nearest to 9.6 rounds here is 10 rounds."],
  ])
    assert.equal(boxNote(rule, value, text).replaceAll("\u00a0", " "), words);
});

test("the note stands while its control stands at what was taken, also where nothing moved", () => {
  benchState.values = { ...benchState.values, rounds: 20 };
  boxes.rounds.value = "20";
  type("rounds", "400");
  assert.equal(takeTyped(benchState), "");
  benchState.boxNotes.rounds.words = benchState.boxNotes.rounds.words.replaceAll("\u00a0", " ");
  assert.deepEqual(benchState.boxNotes.rounds, { words: "20 rounds is the most here.", value: 20, isRefused: false });
});

test("a box that the page writes leaves the note that stands", () => {
  noteBox(benchState, "rounds", 8, "400", 20);
  const { boxNotes } = benchState;
  noteBox(benchState, "rounds", 20, "20", 20);
  assert.equal(benchState.boxNotes, boxNotes);
  noteBox(benchState, "rounds", 20, "12", 12);
  assert.equal(benchState.boxNotes.rounds.words, "");
});

test("what cannot be read is said, and nothing moves", () => {
  type("share", "3.7");
  type("rounds", "a few");
  assert.equal(takeTyped(benchState), "“a few” cannot be read as Rounds; correct it, then press again.");
  assert.equal(benchState.values.share, 0.01);
});

test("a box that nobody typed in, or whose control was moved since, says nothing", () => {
  boxes.rounds.value = "5"; // a box with the focus is not written while its control moves
  assert.equal(takeTyped(benchState), "");
  type("share", "3.7");
  benchState.values = { ...benchState.values, share: 0.02 };
  assert.equal(takeTyped(benchState), "");
  assert.deepEqual([benchState.values.share, benchState.values.rounds], [0.02, 8]);
  noteTyping({ target: element("input") });
});
