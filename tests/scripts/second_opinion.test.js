/* The second opinion: asked, looked at until it is there, stopped; what comes late or is lost changes nothing. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { benchStateOf, benchStates } from "../../dashboard/scripts/controls/bench_states.js";
import * as opinion from "../../dashboard/scripts/second_opinion.js";
import { dataOf, openDash, SPEC } from "./support/browser.js";
import { element, openPage } from "./support/elements.js";

const KEY = "edge/paradox";
let set, benchState, note, stopButton, askButton;

beforeEach((t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
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
  opinion.stop(); // what the test before left
  set.length = 0;
});
const drawn = () => dataOf(set, "slot", "opinion");
const sent = () => set.filter(([id]) => id === "opinion-asked").map(([, { data }]) => data.do);
const told = (stage, words = "", ticket = "T") =>
  opinion.opinionAnswer({ bench: KEY, digest: "d1", ticket, stage, note: words });

test("asked, looked at every second, answered: it is drawn over its bench", (t) => {
  opinion.ask(benchState);
  assert.equal(set.at(-1)[1].data.values.rounds, 8);
  told("waiting", "Place 2 in the queue");
  assert.deepEqual([note.textContent, stopButton.hidden, askButton.disabled], ["Place 2 in the queue", false, true]);
  t.mock.timers.tick(1000);
  assert.equal(set.at(-1)[1].data.ticket, "T");
  told("running", "2 of 5 done");
  assert.equal(note.textContent, "2 of 5 done");
  t.mock.timers.tick(1000);
  told("done");
  assert.deepEqual(drawn(), ["d1"]);
  assert.deepEqual(
    [note.textContent, stopButton.hidden, askButton.disabled],
    ["Compares with another engine", true, false],
  );
  t.mock.timers.tick(60_000);
  assert.deepEqual(sent(), ["ask", "look", "look"]);
});

test("a stopped one that answers late draws nothing and says that it was stopped", (t) => {
  opinion.ask(benchState);
  told("running");
  opinion.stop();
  told("done");
  assert.deepEqual(drawn(), []);
  assert.equal(note.textContent, "Stopped; the bench is as it was");
  assert.equal(document.getElementById("announcer").textContent, "The second opinion was stopped.");
  assert.deepEqual([stopButton.hidden, askButton.disabled], [true, false]);
  t.mock.timers.tick(60_000);
  assert.deepEqual(sent(), ["ask", "stop"]);
});

test("stopped before its ticket came, it is stopped when that comes", () => {
  opinion.ask(benchState);
  opinion.stop();
  assert.deepEqual(sent(), ["ask"]);
  told("waiting", "Place 1 in the queue");
  assert.deepEqual(sent(), ["ask", "stop"]);
  assert.equal(set.at(-1)[1].data.ticket, "T");
});

test("after a stop it can be asked again", () => {
  opinion.ask(benchState);
  told("running");
  opinion.stop();
  opinion.ask(benchState);
  told("done");
  assert.deepEqual(drawn(), ["d1"]);
});

test("an answer to another question changes nothing", () => {
  opinion.ask(benchState);
  opinion.opinionAnswer({ bench: "edge/other", digest: "d4", ticket: "T", stage: "done" });
  told("waiting");
  told("done", "", "another ticket");
  assert.deepEqual(drawn(), []);
});

test("a refusal is said and nothing is drawn", () => {
  opinion.ask(benchState);
  told("failed", "It failed.");
  assert.deepEqual(drawn(), []);
  assert.equal(note.textContent, "It failed.");
  assert.equal(document.getElementById("announcer").textContent, "It failed.");
  assert.equal(askButton.disabled, false);
});

test("an answer that is lost is asked for again, with its ticket or without", (t) => {
  opinion.ask(benchState);
  t.mock.timers.tick(15_000);
  assert.deepEqual(sent(), ["ask", "ask"]);
  told("running");
  t.mock.timers.tick(1000);
  t.mock.timers.tick(15_000);
  assert.deepEqual(sent(), ["ask", "ask", "look", "look"]);
});
