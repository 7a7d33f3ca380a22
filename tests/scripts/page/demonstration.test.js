/* The sliders of the demonstration in Peek: what they show, and what is asked for while an answer is due. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import * as demonstration from "../../../dashboard/scripts/page/demonstration.js";
import { tell } from "../../../dashboard/scripts/shared/events.js";
import { dataOf, openDash, SPEC } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const KEY = "edge/convergence";
const page = openPage();
globalThis.document = page;
demonstration.install();
let set, sliders, texts, timers;

beforeEach((context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  timers = context.mock.timers;
  set = openDash();
  sliders = {};
  texts = {};
  const rows = ["share", "rounds"].map((name) => {
    sliders[name] = element("input", { type: "range" });
    texts[name] = element("span", { "data-value": "" });
    return element("div", { "data-slider": name }, texts[name], element("div", { class: "track" }, sliders[name]));
  });
  sliders.share.value = "-2";
  sliders.rounds.value = "8";
  const marks = {
    "data-demonstration": KEY,
    "data-slot": "demonstration",
    "data-spec": JSON.stringify({ share: SPEC.share, rounds: SPEC.rounds }),
  };
  const root = element("section", marks, ...rows, element("p", { class: "answer" }));
  page.body.children = [root];
  root.parentElement = page.body;
  globalThis.document = page;
});

afterEach(() => timers.reset());

function slide(name, at) {
  sliders[name].value = at;
  page.fire("input", { target: sliders[name] });
}

function asked() {
  return dataOf(set, "slot", "demonstration_values").map((data) => data.values);
}

function answer() {
  globalThis.dash_clientside.callback_context = { inputs_list: [{ id: { bench: KEY, name: "demonstration" } }] };
  demonstration.demonstrationDrawn();
}

test("a figure that came with the page shows its values, to a screen reader too", () => {
  answer();
  assert.equal(texts.share.textContent, "1%");
  assert.equal(sliders.share.getAttribute("aria-valuetext"), "1%");
  assert.deepEqual(asked(), []);
});

test("a slider that moves shows its value at once and asks with the values of all", () => {
  slide("share", "-1.4");
  assert.equal(texts.share.textContent, "3.98%");
  assert.deepEqual(asked(), [{ share: 0.0398, rounds: 8 }]);
});

test("while an answer is due nothing is asked, and after it the newest values once", () => {
  for (const at of ["9", "10", "11"]) slide("rounds", at);
  assert.deepEqual(asked(), [{ share: 0.01, rounds: 9 }]);
  answer();
  assert.deepEqual(asked().slice(1), [{ share: 0.01, rounds: 11 }]);
  answer();
  assert.equal(asked().length, 2);
});

test("after a failure, or ten seconds without an answer, the next move is asked for", () => {
  slide("rounds", "9");
  tell("problem", "No connection.");
  slide("rounds", "10");
  assert.equal(asked().length, 2);
  timers.tick(10_000);
  slide("rounds", "11");
  assert.equal(asked().length, 3);
});

test("the same values in other colours are another order", () => {
  page.fire("edgelab:screen", {});
  answer();
  page.fire("edgelab:screen", {});
  const [first, second] = dataOf(set, "slot", "demonstration_values");
  assert.deepEqual(first.values, second.values);
  assert.notEqual(first.at, second.at);
});
