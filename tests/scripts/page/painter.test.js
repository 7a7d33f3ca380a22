/* The texts of one state in their places. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { at, paintPart, paintTexts, paintValues } from "../../../dashboard/scripts/page/painter.js";
import { SPEC } from "../support/browser.js";
import { element } from "../support/elements.js";

const TEXTS = {
  readings: {
    ratio: { value: "2.56", level: "fail", bar: 0.7, tick: 0.4 },
    bare: { value: "3", level: "ok", bar: null },
  },
  status: { level: "warn", title: "Dearer", fixes: [{ control: "rounds", value: 5 }], also: "" },
};
let nodes, benchState;

beforeEach(() => {
  const place = (name, path) => element("span", { [`data-${name}`]: path });
  nodes = {
    value: place("paint", "readings.ratio.value"),
    missing: place("paint", "readings.gone.value"),
    rounds: place("paint", "values.rounds"),
    summary: place("paint", "progress_summary.tries"),
    sensitivity: place("paint", "sensitivity.text"),
    level: place("level", "readings.ratio.level"),
    tint: place("tint", "status.level"),
    noTint: place("tint", "readings.gone.level"),
    bar: place("bar", "readings.ratio"),
    noBar: place("bar", "readings.bare"),
    goneBar: place("bar", "readings.gone"),
    shown: place("show", "status.title"),
    empty: place("show", "status.also"),
    fix: place("fix", "0"),
    noFix: place("fix", "1"),
  };
  for (const node of Object.values(nodes)) node.textContent = "before";
  benchState = {
    root: element("main", {}, ...Object.values(nodes)),
    spec: SPEC,
    isMoving: false,
    values: { share: 0.01, rounds: 9, codec: "raw", cached: false },
  };
});

test("a path leads to its part, or nowhere", () => {
  assert.equal(at(TEXTS, "readings.ratio.value"), "2.56");
  assert.equal(at(TEXTS, "readings.gone.value"), undefined);
  assert.equal(at(null, "a"), undefined);
});

test("a state is written into its places and what is not of the state is left alone", () => {
  paintTexts(benchState, TEXTS);
  assert.equal(nodes.value.textContent, "2.56");
  assert.equal(nodes.missing.textContent, "");
  for (const kept of [nodes.rounds, nodes.summary, nodes.sensitivity]) assert.equal(kept.textContent, "before");
  assert.equal(benchState.texts, TEXTS);
});

test("levels, tints, bars, parts and fixes follow the state", () => {
  paintTexts(benchState, TEXTS);
  assert.equal(nodes.level.dataset.shape, "fail");
  assert.deepEqual([nodes.tint.dataset.state, nodes.noTint.dataset.state], ["warn", "ok"]);
  assert.deepEqual([nodes.bar.hidden, nodes.noBar.hidden, nodes.goneBar.hidden], [false, true, true]);
  assert.deepEqual(
    [...nodes.bar.properties],
    [
      ["--bar", 0.7],
      ["--tick", 0.4],
    ],
  );
  assert.equal(nodes.bar.dataset.state, "fail");
  assert.deepEqual([nodes.shown.hidden, nodes.empty.hidden], [false, true]);
  assert.deepEqual([nodes.fix.hidden, nodes.noFix.hidden], [false, true]);
});

test("a preview leaves the fixes of the state before in their places, and they cannot be pressed", () => {
  const label = element("span", { "data-paint": "status.fixes.0.label" });
  benchState.root.append(label);
  const fixes = [{ control: "rounds", value: 5, label: "Rounds" }];
  paintTexts(benchState, { ...TEXTS, status: { ...TEXTS.status, fixes } });
  assert.equal(nodes.fix.getAttribute("aria-disabled"), "false");
  paintTexts(benchState, { ...TEXTS, preview: true, status: { level: "ok", title: "Cheap", fixes: [] } });
  assert.deepEqual([label.textContent, nodes.fix.hidden, nodes.noFix.hidden], ["Rounds", false, true]);
  assert.equal(nodes.shown.hidden, false);
  assert.equal(nodes.fix.getAttribute("aria-disabled"), "true");
  assert.ok(nodes.fix.title);
  assert.deepEqual(benchState.texts.status, { level: "ok", title: "Cheap", fixes });
  paintTexts(benchState, { ...TEXTS, status: { ...TEXTS.status, fixes: [] } });
  assert.deepEqual([label.textContent, nodes.fix.hidden, nodes.fix.title], ["", true, ""]);
  assert.equal(nodes.fix.getAttribute("aria-disabled"), "false");
});

test("a full answer that comes while the slider moves on has the fixes of an earlier state", () => {
  benchState.isMoving = true;
  paintTexts(benchState, TEXTS);
  assert.equal(nodes.fix.getAttribute("aria-disabled"), "true");
});

test("an empty bar is a bar", () => {
  paintTexts(benchState, { ...TEXTS, readings: { ratio: { bar: 0, tick: 0 } } });
  assert.equal(nodes.bar.hidden, false);
});

test("values are written without an answer", () => {
  paintValues(benchState);
  assert.equal(nodes.rounds.textContent, "9\u00a0rounds".replace("rounds", SPEC.rounds.unit));
  assert.equal(nodes.value.textContent, "before");
});

test("a part is written into its own places alone", () => {
  paintPart(benchState, "progress_summary", { tries: 0 });
  assert.equal(nodes.summary.textContent, "0");
  assert.equal(nodes.sensitivity.textContent, "before");
});

test("a page that came anew is painted, not the one that went", () => {
  paintTexts(benchState, TEXTS);
  const fresh = element("span", { "data-paint": "readings.ratio.value" });
  benchState.root = element("main", {}, fresh);
  paintTexts(benchState, TEXTS);
  assert.equal(fresh.textContent, "2.56");
});
