/* The texts of one state in their places. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { at, paintPart, paintTexts, paintValues } from "../../../dashboard/scripts/page/painter.js";
import { SPEC } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const TEXTS = {
  readings: {
    ratio: { value: "2.56", level: "fail", bar: 0.7, tick: 0.4 },
    bare: { value: "3", level: "ok", bar: null },
  },
  status: { level: "warn", title: "Dearer", also: "" },
};
let nodes, benchState;

beforeEach(() => {
  const place = (name, path) => element("span", { [`data-${name}`]: path });
  nodes = {
    value: place("paint", "readings.ratio.value"),
    missing: place("paint", "readings.gone.value"),
    rounds: place("paint", "values.rounds"),
    summary: place("paint", "progress_summary.tries"),
    hint: place("paint", "hint.text"),
    level: place("level", "readings.ratio.level"),
    tint: place("tint", "status.level"),
    noTint: place("tint", "readings.gone.level"),
    bar: place("bar", "readings.ratio"),
    noBar: place("bar", "readings.bare"),
    goneBar: place("bar", "readings.gone"),
    shown: place("show", "status.title"),
    empty: place("show", "status.also"),
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
  for (const kept of [nodes.rounds, nodes.summary, nodes.hint]) assert.equal(kept.textContent, "before");
  assert.equal(benchState.texts, TEXTS);
});

test("levels, tints, bars, and parts follow the state", () => {
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
});

test("every target that is met stands with its shape, and none where something fails", () => {
  const list = element("ul", { "data-targets": "status.met" });
  openPage();
  list.replaceChildren = (...items) => (list.children = items);
  benchState.root.append(list);
  const met = [
    { level: "ok", text: "Loose 1 s, at most 10 s" },
    { level: "warn", text: "Tight 9 s, at most 10 s" },
  ];
  paintTexts(benchState, { ...TEXTS, status: { ...TEXTS.status, met } });
  const shown = list.children.map((item) => [item.children[0].dataset.shape, item.children[1]]);
  assert.deepEqual([list.hidden, shown], [false, met.map(({ level, text }) => [level, text])]);
  paintTexts(benchState, TEXTS);
  assert.deepEqual([list.hidden, list.children], [true, []]);
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
  assert.equal(nodes.hint.textContent, "before");
});

test("a page that came anew is painted, not the one that went", () => {
  paintTexts(benchState, TEXTS);
  const fresh = element("span", { "data-paint": "readings.ratio.value" });
  benchState.root = element("main", {}, fresh);
  paintTexts(benchState, TEXTS);
  assert.equal(fresh.textContent, "2.56");
});
