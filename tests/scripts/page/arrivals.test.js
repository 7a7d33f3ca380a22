/* A bench that comes to stand: what the visit left is set again, and the callback paints what is new. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { benchStates } from "../../../dashboard/scripts/controls/bench_states.js";
import { pageReady, valuesOnArrival } from "../../../dashboard/scripts/page/arrivals.js";
import { paint } from "../../../dashboard/scripts/page/paint_callback.js";
import { dataOf, NO_UPDATE, openDash, openStorage, SPEC } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const KEY = "edge/paradox";
const TEXTS = { readings: { ratio: { value: "2.56" } }, status: { title: "Dearer", facts: "" } };
let set, kept, root, nodes, locked, scrolled;

beforeEach(() => {
  set = openDash();
  kept = openStorage();
  scrolled = [];
  globalThis.window = { scrollTo: (to) => scrolled.push(to.top), location: { search: "", hash: "" } };
  const place = (path) => element("span", { "data-paint": path });
  nodes = {
    ratio: place("readings.ratio.value"),
    rounds: place("values.rounds"),
    tries: place("progress_summary.tries"),
  };
  locked = element("section", { "data-locked": "" });
  root = element("main", { "data-bench": KEY, class: "is-unlocked" }, ...Object.values(nodes), locked);
  openPage(element("div", { id: "announcer" }), element("p", { id: "saved" }), root);
  delete benchStates[KEY];
});

function painted(triggered, { texts = TEXTS, summary = null, hint = null } = {}) {
  globalThis.dash_clientside.callback_context = {
    triggered: triggered.map((name) => ({ prop_id: `{"bench":"${KEY}","kind":"slot","name":"${name}"}.data` })),
    inputs_list: ["texts", "progress_summary", "hint"].map((name) => ({
      id: { bench: KEY, kind: "slot", name },
    })),
  };
  assert.equal(paint(texts, summary, hint, SPEC), NO_UPDATE);
  clearTimeout(benchStates[KEY].speech);
}

test("the first paint writes everything, though nothing has triggered it", () => {
  globalThis.dash_clientside.callback_context = null;
  painted([], { summary: { tries: 2 } });
  const texts = Object.values(nodes).map((node) => node.textContent);
  assert.deepEqual(texts, ["2.56", "8\u00a0rounds", "2"]);
});

test("an answer opens the gate; another part does not", () => {
  painted([]);
  const benchState = benchStates[KEY];
  benchState.busy = true;
  painted(["progress_summary"], { summary: { tries: 3 } });
  assert.deepEqual([benchState.busy, nodes.tries.textContent], [true, "3"]);
  painted(["texts"]);
  assert.equal(benchState.busy, false);
});

test("a summary that is not new is not painted, nor said to be done", () => {
  painted([]);
  const doing = (benchStates[KEY].doing = { do: "record", at: 0 });
  painted(["texts"], { summary: { tries: 9 } });
  assert.equal(nodes.tries.textContent, "");
  assert.equal(benchStates[KEY].doing, doing);
  painted(["progress_summary"], { summary: { tries: 9 } });
  assert.equal(benchStates[KEY].doing, null);
});

test("what this visit left is set again, before the lock it is not", () => {
  kept.set(`edgelab:${KEY}`, '{"rounds":12,"gone":1}');
  painted([]);
  assert.deepEqual(
    dataOf(set, "slot", "command").map((order) => order.values),
    [{ rounds: 12 }],
  );
  root.classList.remove("is-unlocked");
  delete benchStates[KEY];
  set.length = 0;
  painted([]);
  assert.deepEqual(set, []);
});

test("values on arrival: chosen ones first, then what was left if it has the type and is no default", () => {
  const left = { rounds: "12", share: 0.02, codec: "int8", cached: false };
  assert.deepEqual(valuesOnArrival(SPEC, { codec: "raw" }, left), { codec: "raw", share: 0.02 });
  assert.deepEqual(valuesOnArrival(SPEC, {}, { rounds: 8, cached: true }), { cached: true });
});

test("opened instruments begin at the lock, at the top of the page, and it is said", () => {
  root.dataset.arrived = "opened";
  painted([]);
  assert.equal(document.activeElement, locked);
  assert.equal(document.getElementById("announcer").textContent, "The instruments are open.");
  assert.deepEqual(scrolled, [0]);
});

test("a lock that was just answered has the reveal's heading in focus, and it is said", () => {
  const heading = element("h2", { class: "reveal-title" });
  root.append(heading);
  root.dataset.arrived = "locked";
  painted([]);
  assert.equal(document.activeElement, heading);
  assert.equal(document.getElementById("announcer").textContent, "Locked. Here is what is computed.");
  assert.deepEqual(scrolled, []);
});

test("an answer for a page that has gone opens its gate and paints nothing", () => {
  painted([]);
  openPage(element("div", { id: "announcer" }));
  painted(["texts"]);
  assert.equal(benchStates[KEY].root, undefined);
});

test("a page has its title; only a later one is scrolled to its beginning", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  root.dataset.title = "Paradox";
  for (const times of [0, 1]) {
    assert.equal(pageReady(), NO_UPDATE);
    t.mock.timers.tick(0);
    assert.equal(scrolled.length, times);
  }
  assert.equal(document.title, "Paradox");
});

test("the verdict of the default is shown at once only where nothing else was left", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const isPending = () => root.classList.contains("is-pending");
  root.classList.add("is-pending");
  painted([]);
  assert.equal(isPending(), false);

  delete benchStates[KEY];
  kept.set(`edgelab:${KEY}`, '{"rounds":12}');
  root.classList.add("is-pending");
  painted([]);
  t.mock.timers.tick(5000);
  assert.equal(isPending(), true, "the server drew the default, and the controls stand elsewhere");
  painted(["texts"]);
  assert.equal(isPending(), false);
});

test("texts wait for the figures of their answer", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const graph = element("div", { class: "graph" });
  root.append(element("div", { class: "figures" }, graph));
  root.classList.add("is-pending");
  painted([]);
  t.mock.timers.tick(100);
  assert.equal(root.classList.contains("is-pending"), true);
  graph.append(element("div", { class: "js-plotly-plot" }));
  t.mock.timers.tick(100);
  assert.equal(root.classList.contains("is-pending"), false);
});
