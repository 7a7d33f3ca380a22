/* What is recorded and compared, on a page made by hand. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { benchStateOf, benchStates } from "../../../dashboard/scripts/controls/bench_states.js";
import { noteTyping } from "../../../dashboard/scripts/controls/typed.js";
import { press } from "../../../dashboard/scripts/page/actions.js";
import { listen, tell } from "../../../dashboard/scripts/shared/events.js";
import * as tries from "../../../dashboard/scripts/tries/actions.js";
import { dataOf, openDash, openStorage, SPEC } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const KEY = "edge/paradox";
tries.install();
let set, kept, benchState, announcer, pins;

beforeEach(() => {
  set = openDash();
  kept = openStorage();
  announcer = element("div", { id: "announcer" });
  pins = [1, 2, 3, 4].map((n) => element("button", { "data-do": "pin", "data-try": n }));
  const compare = element("button", { "data-do": "compare" });
  const root = element(
    "main",
    { "data-bench": KEY, class: "is-unlocked" },
    ...pins,
    compare,
    element("p", { class: "observed" }),
  );
  openPage(announcer, root);
  delete benchStates[KEY];
  benchState = benchStateOf(KEY, SPEC, root);
});
const actions = () => dataOf(set, "slot", "action");
const pressed = () => pins.map((pin) => pin.getAttribute("aria-pressed"));

test("a double press records one try", () => {
  press("record", null, benchState);
  press("record", null, benchState);
  assert.deepEqual(
    actions().map((action) => [action.do, action.values.rounds]),
    [["record", 8]],
  );
});

test("an answered action can be done again, and another action is never held back", () => {
  press("record", null, benchState);
  press("observe", null, benchState);
  assert.deepEqual(
    actions().map((action) => action.do),
    ["record", "observe"],
  );
  tries.actionDone(benchState, {});
  press("observe", null, benchState);
  assert.equal(actions().length, 3);
});

test("an action that failed can be pressed again", () => {
  press("learnt", null, benchState);
  tell("problem", "No connection.");
  press("learnt", null, benchState);
  assert.equal(actions().length, 2);
});

test("a press is held back until the first is answered, whatever the clock says; another state never is", () => {
  press("record", null, benchState);
  const now = Date.now;
  Date.now = () => now() - 86_400_000;
  press("record", null, benchState);
  Date.now = () => now() + 86_400_000;
  press("record", null, benchState);
  Date.now = now;
  assert.equal(actions().length, 1);
  benchState.values = { ...benchState.values, rounds: 9 };
  press("record", null, benchState);
  assert.equal(actions().length, 2);
});

test("a number box that cannot be read is said, and nothing is recorded", () => {
  const box = element("input");
  box.value = "a few";
  benchState.root.append(element("div", { "data-control": "rounds" }, element("div", { class: "box" }, box)));
  noteTyping({ target: box });
  let said = "";
  listen("problem", (sentence) => (said = sentence));
  press("record", null, benchState);
  assert.match(said, /“a few” cannot be read as Rounds/);
  assert.equal(actions().length, 0);
});

test("a try is recorded where the controls stand, which undo then comes back to", () => {
  benchState.values = { ...benchState.values, rounds: 9 };
  press("record", null, benchState);
  assert.equal(actions()[0].values.rounds, 9);
  assert.equal(benchState.committed.rounds, 9);
  clearTimeout(benchState.commitTimer);
});

test("a pin is shown, kept and drawn; the fourth replaces the oldest", () => {
  for (const n of [3, 0, 1, 2]) press("pin", pins[n], benchState);
  assert.deepEqual(dataOf(set, "slot", "compare").at(-1), [1, 2, 3]);
  assert.deepEqual(pressed(), ["true", "true", "true", "false"]);
  assert.equal(kept.get("edgelab-pins:edge/paradox"), "[1,2,3]");
  press("compare", null, benchState);
  assert.deepEqual(dataOf(set, "slot", "compare").at(-1), []);
  assert.deepEqual(pressed(), ["false", "false", "false", "false"]);
});

test("pins of this visit are drawn again on arrival, if their tries are still there", () => {
  kept.set("edgelab-pins:edge/paradox", "[9,2]");
  tries.showEarlierPins(benchState);
  assert.deepEqual(dataOf(set, "slot", "compare"), [[2]]);
});

test("without pins nothing is drawn again", () => {
  tries.showEarlierPins(benchState);
  assert.deepEqual(dataOf(set, "slot", "compare"), []);
});

test("what a try was recorded at is set again, and a try is carried by its number", () => {
  const button = element("button", { "data-try": "2" });
  element("tr", { "data-values": '{"rounds":5}' }, button);
  press("restore", button, benchState);
  press("carry", button, benchState);
  assert.deepEqual(dataOf(set, "slot", "command")[0].values, { rounds: 5 });
  assert.equal(actions()[0].try, 2);
  assert.equal(announcer.textContent, "The controls are those of try 2.");
});

test("a view is pressed and asked for", () => {
  const views = ["a", "b"].map((view) =>
    element("button", { "data-do": "view", "data-panel": "one", "data-view": view }),
  );
  element("div", {}, ...views);
  press("view", views[1], benchState);
  assert.deepEqual(set.at(-1), [{ kind: "drawn", bench: KEY, name: "one" }, { data: "b" }]);
  assert.deepEqual(
    views.map((view) => view.getAttribute("aria-pressed")),
    ["false", "true"],
  );
});

test("an answer is said: what was recorded, or why not, or what was seen gets the focus", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const said = (summary) => {
    announcer.textContent = "";
    tries.actionDone(benchState, summary);
    t.mock.timers.tick(50);
    return announcer.textContent;
  };
  assert.equal(said({ action: "record", message: "", tries: 3 }), "Recorded. Tries: 3.");
  assert.equal(said({ action: "record", message: "All are used." }), "All are used.");
  assert.equal(said({}), "");
  said({ action: "observe", message: "" });
  assert.equal(document.activeElement.classList.contains("observed"), true);
});
