/* The second opinion: a stopped one that answers late changes nothing. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { benchStateOf, benchStates } from "../../dashboard/scripts/controls/bench_states.js";
import * as opinion from "../../dashboard/scripts/second_opinion.js";
import { dataOf, openDash, SPEC } from "./support/browser.js";
import { element, openPage } from "./support/elements.js";

const KEY = "edge/paradox";
let set, benchState, note, stopButton, askButton;

beforeEach(() => {
  set = openDash();
  note = element("p", { "data-opinion-note": "Compares with another engine" });
  stopButton = element("button", { "data-do": "cancel_opinion" });
  askButton = element("button", { "data-do": "opinion" });
  const root = element(
    "main",
    { "data-bench": KEY, class: "is-unlocked" },
    element("section", { class: "opinion" }, note, stopButton, askButton),
  );
  openPage(element("div", { id: "announcer" }), root);
  delete benchStates[KEY];
  benchState = benchStateOf(KEY, SPEC, root);
});
const drawn = () => dataOf(set, "slot", "opinion");

test("asked, computed, answered: it is drawn over its bench", () => {
  opinion.ask(benchState);
  assert.equal(set.at(-1)[0], "opinion-asked");
  assert.equal(set.at(-1)[1].data.values.rounds, 8);
  opinion.opinionRunning(true);
  assert.deepEqual([note.textContent, stopButton.hidden, askButton.disabled], ["Computing", false, true]);
  opinion.opinionProgress({ done: 2, of: 5 });
  assert.equal(note.textContent, "2 of 5 done");
  opinion.opinionAnswer({ bench: KEY, digest: "d1" });
  assert.deepEqual(drawn(), ["d1"]);
  assert.deepEqual(
    [note.textContent, stopButton.hidden, askButton.disabled],
    ["Compares with another engine", true, false],
  );
});

test("a stopped one that answers late, or goes on, draws nothing and says that it was stopped", () => {
  opinion.ask(benchState);
  opinion.opinionRunning(true);
  opinion.stop();
  opinion.opinionProgress({ done: 4, of: 5 });
  opinion.opinionRunning(true);
  opinion.opinionAnswer({ bench: KEY, digest: "d2" });
  assert.deepEqual(drawn(), []);
  assert.equal(note.textContent, "Stopped; the bench is as it was");
  assert.equal(document.getElementById("announcer").textContent, "The second opinion was stopped.");
  assert.deepEqual([stopButton.hidden, askButton.disabled], [true, false]);
  assert.equal(
    set.some(([id]) => id === "opinion-cancel"),
    true,
  );
});

test("after a stop it can be asked again", () => {
  opinion.ask(benchState);
  opinion.stop();
  opinion.ask(benchState);
  opinion.opinionAnswer({ bench: KEY, digest: "d3" });
  assert.deepEqual(drawn(), ["d3"]);
});

test("an answer to another bench's question changes nothing", () => {
  opinion.ask(benchState);
  opinion.opinionAnswer({ bench: "edge/other", digest: "d4" });
  assert.deepEqual(drawn(), []);
});

test("a problem is said and nothing is drawn", () => {
  opinion.ask(benchState);
  opinion.opinionAnswer({ problem: "It failed." });
  assert.deepEqual(drawn(), []);
  assert.equal(note.textContent, "It failed.");
  assert.equal(document.getElementById("announcer").textContent, "It failed.");
});

test("a job that ends without an answer is said after the answer had time to come", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  opinion.ask(benchState);
  opinion.opinionRunning(true);
  opinion.opinionRunning(false);
  t.mock.timers.tick(1499);
  assert.equal(note.textContent, "Computing");
  t.mock.timers.tick(1);
  assert.equal(note.textContent, "It ended without an answer; the bench is as it was");
});

test("a job that ends with its answer is not said to have none", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  opinion.ask(benchState);
  opinion.opinionRunning(true);
  opinion.opinionRunning(false);
  opinion.opinionAnswer({ bench: KEY, digest: "d5" });
  t.mock.timers.tick(5000);
  assert.equal(note.textContent, "Compares with another engine");
});
