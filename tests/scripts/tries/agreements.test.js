/* What the second engine says of the tries that won: looked at while one waits, and no longer. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { benchStateOf, benchStates } from "../../../dashboard/scripts/controls/bench_states.js";
import { tell } from "../../../dashboard/scripts/shared/events.js";
import * as agreements from "../../../dashboard/scripts/tries/agreements.js";
import { dataOf, openDash, SPEC } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const KEY = "edge/paradox";
agreements.install();
let set, benchState, cells;

beforeEach((t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  set = openDash();
  globalThis.dash_clientside.callback_context = { inputs_list: [{ id: { bench: KEY } }] };
  cells = ["agrees", "waiting"].map((word, n) => element("td", { "data-agreement": String(n + 1), "data-word": word }));
  const root = element("main", { "data-bench": KEY, class: "is-unlocked" }, ...cells);
  openPage(element("div", { id: "announcer" }), root);
  delete benchStates[KEY];
  benchState = benchStateOf(KEY, SPEC, root);
});
const looks = () => dataOf(set, "slot", "agreements_asked").length;
const told = (word, isOpen) =>
  agreements.agreementsTold({
    tries: { 1: { word: "agrees", sentence: "" }, 2: { word, sentence: "Why." } },
    is_open: isOpen,
  });

test("it looks while one waits and writes what it is told", (t) => {
  agreements.lookAtAgreements(benchState);
  assert.equal(looks(), 1);
  told("waiting", true);
  assert.equal(document.getElementById("announcer").textContent, "", "what stays as it was is not said again");
  t.mock.timers.tick(2000);
  assert.equal(looks(), 2);
  told("contested", false);
  assert.deepEqual([cells[1].textContent, cells[1].dataset.word, cells[1].title], ["contested", "contested", "Why."]);
  assert.equal(document.getElementById("announcer").textContent, "Try 2, second engine: contested.");
  t.mock.timers.tick(600_000);
  assert.equal(looks(), 2);
});

test("where nothing waits it does not look", (t) => {
  cells[1].dataset.word = "not asked";
  agreements.lookAtAgreements(benchState);
  t.mock.timers.tick(600_000);
  assert.equal(looks(), 0);
});

test("a student who goes on to another page is not looked for", (t) => {
  agreements.lookAtAgreements(benchState);
  openPage(element("main", { "data-bench": "edge/memory" }));
  t.mock.timers.tick(600_000);
  assert.equal(looks(), 1);
});

test("a look that is lost is repeated, also after a refusal", (t) => {
  agreements.lookAtAgreements(benchState);
  t.mock.timers.tick(15_000);
  assert.equal(looks(), 2);
  tell("problem", "No connection.");
  t.mock.timers.tick(15_000);
  assert.equal(looks(), 3);
});

test("what is left out under load is written and not announced", () => {
  told("not asked", false);
  assert.equal(cells[1].textContent, "not asked");
  assert.equal(document.getElementById("announcer").textContent, "");
});

test("an answer for a bench that is not there changes nothing", () => {
  delete benchStates[KEY];
  told("agrees", false);
  assert.equal(cells[1].dataset.word, "waiting");
});
