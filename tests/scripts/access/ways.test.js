/* What a finger means, where an explanation stands, how high a figure is above the sheet, and a figure on paper. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { onPaper } from "../../../dashboard/scripts/access/print.js";
import { stateWords } from "../../../dashboard/scripts/access/summary.js";
import { placeOf } from "../../../dashboard/scripts/access/terms.js";
import { isSideways } from "../../../dashboard/scripts/access/touch.js";
import { figureHeight } from "../../../dashboard/scripts/page/sheet.js";
import { element } from "../support/elements.js";

test("a finger drags once it has gone sideways, and not while it has gone further up or down", () => {
  assert.equal(isSideways(7, 3), true);
  assert.equal(isSideways(-7, 3), true);
  assert.equal(isSideways(6, 0), false);
  assert.equal(isSideways(20, 21), false);
});

test("an explanation stands below its word, above it where there is no room, and within the window", () => {
  const box = { width: 300, height: 100 };
  const view = { width: 390, height: 800 };
  assert.deepEqual(placeOf({ left: 20, top: 100, bottom: 124 }, box, view), { left: 20, top: 130 });
  assert.deepEqual(placeOf({ left: 300, top: 700, bottom: 724 }, box, view), { left: 74, top: 594 });
  assert.deepEqual(placeOf({ left: 0, top: 20, bottom: 44 }, box, { width: 320, height: 130 }), { left: 16, top: 50 });
});

test("a figure takes what the sheet leaves of a phone, and never less than can be read", () => {
  assert.equal(figureHeight(409, 66), 327);
  assert.equal(figureHeight(200, 66), 150);
});

test("on paper a dark figure has the light colours, and no figure is wider than the paper", () => {
  const palettes = [
    { ink: "#10171F", paper: "#FFFFFF" },
    { ink: "#E9EDF1", paper: "#131920" },
  ];
  const graph = { data: [{ line: { color: "#E9EDF1" } }], layout: { font: { color: "#E9EDF1" } } };
  const paper = onPaper(graph, palettes, true, 900);
  assert.equal(paper.data[0].line.color, "#10171F");
  assert.deepEqual([paper.layout.font.color, paper.layout.width], ["#10171F", 680]);
  assert.equal(onPaper(graph, palettes, false, 300).layout.width, 300);
  assert.equal(graph.layout.font.color, "#E9EDF1");
});

test("where a bench stands is said by its verdict, its read-out and its tries, and nothing of it before the lock", () => {
  const words = (tag, attributes, text) => {
    const node = element(tag, attributes);
    node.textContent = text;
    return node;
  };
  const shape = element("span", { class: "shape", "data-shape": "fail" });
  const gauge = element(
    "div",
    { class: "gauge" },
    words("span", { class: "gauge-label" }, "Training memory"),
    element("b", {}, shape, words("span", {}, "1.2 GiB")),
    words("span", { class: "gauge-limit" }, "≤ 1 GiB"),
  );
  const tries = words("b", { "data-paint": "progress_summary.tries" }, "2 of 10");
  const root = element("main", { class: "is-unlocked" }, gauge, tries);
  const texts = { status: { title: "Out of memory", facts: "Training memory 1.2 GiB, at most 1 GiB (+19.7%)" } };
  assert.equal(
    stateWords({ root, texts }),
    "Out of memory. Training memory 1.2 GiB, at most 1 GiB (+19.7%). Training memory 1.2 GiB, at most 1 GiB, fails. Tries: 2 of 10.",
  );
  root.classList.remove("is-unlocked");
  assert.match(stateWords({ root, texts }), /^The instruments are closed/);
});
