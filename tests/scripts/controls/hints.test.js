/* Hints: asked for the state on the page, shown for that state alone, and what may be asked next. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { benchStateOf, benchStates } from "../../../dashboard/scripts/controls/bench_states.js";
import * as hints from "../../../dashboard/scripts/controls/hints.js";
import { press } from "../../../dashboard/scripts/page/actions.js";
import { tell } from "../../../dashboard/scripts/shared/events.js";
import { dataOf, openDash, SPEC } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const KEY = "edge/memory";
const FIXES = [
  { control: "rounds", value: 3, label: "Rounds", old: "8", new: "3", harm: "then fails: Late" },
  { control: "share", value: 0.05, label: "Share", old: "1%", new: "5%", harm: "" },
];
hints.install();
let set, nodes, benchState, announcer;

beforeEach(() => {
  set = openDash();
  const place = (name, value) => element("button", { [`data-${name}`]: value });
  nodes = {
    which: place("level-asked", "2"),
    value: place("level-asked", "3"),
    first: place("fix", "0"),
    third: place("fix", "2"),
    note: element("span", { "data-hint-note": "" }),
    text: element("span", { class: "hint-text", "data-paint": "hint.text" }),
    eased: element("span", { "data-paint": "hint.eased" }),
  };
  announcer = element("div", { id: "announcer" });
  const root = element("main", { "data-bench": KEY, class: "is-unlocked" }, ...Object.values(nodes));
  openPage(announcer, root);
  delete benchStates[KEY];
  benchState = benchStateOf(KEY, SPEC, root);
  benchState.texts = { status: { fails: true, is_limit: false } };
  benchState.tryNotes = { 2: "", 3: "After two tries of your own, 1 so far." };
  hints.showHints(benchState);
});

function given(hint) {
  const { at } = dataOf(set, "slot", "hint_asked").at(-1);
  hints.hintGiven(benchState, { at, text: "", eased: "", fixes: [], ...hint });
}

const shown = () => [nodes.which, nodes.value, nodes.first, nodes.third].map((node) => !node.hidden);

test("the control is asked for first, then the value; the last answer leaves nothing to ask", () => {
  assert.deepEqual(shown(), [true, false, false, false]);
  press("hint", nodes.which, benchState);
  assert.equal(dataOf(set, "slot", "hint_asked")[0].level, 2);
  assert.equal(dataOf(set, "slot", "hint_asked")[0].values, benchState.values);
  given({ level: 2, text: "Rounds, lower.", eased: "eased most by Rounds, lower" });
  assert.deepEqual(shown(), [false, true, false, false]);
  assert.deepEqual(
    [nodes.text.textContent, nodes.eased.textContent],
    ["Rounds, lower.", "eased most by Rounds, lower"],
  );
  assert.equal(document.activeElement, nodes.text);
  assert.equal(nodes.value.getAttribute("aria-disabled"), "true");
  assert.equal(nodes.note.textContent, "After two tries of your own, 1 so far.");
  benchState.tryNotes = { 2: "", 3: "" };
  hints.showHints(benchState);
  assert.equal(nodes.value.getAttribute("aria-disabled"), "false");
  assert.match(nodes.note.textContent, /with help/);
  press("hint", nodes.value, benchState);
  given({ level: 3, text: "Rounds, lower.", fixes: FIXES });
  assert.deepEqual(shown(), [false, false, true, false]);
  assert.equal(document.activeElement, nodes.first);
  assert.match(announcer.textContent, /Rounds 3 then fails: Late/);
});

test("a value is set once it is given, and for no other state", () => {
  press("hint", nodes.value, benchState);
  given({ level: 3, fixes: FIXES });
  benchState.values = { ...benchState.values, codec: "int8" };
  tell("changed", benchState);
  assert.deepEqual(shown(), [true, false, false, false]);
  assert.equal(nodes.eased.textContent, "");
  press("fix", nodes.first, benchState);
  assert.deepEqual(dataOf(set, "slot", "command"), []);
  press("hint", nodes.value, benchState);
  given({ level: 3, fixes: FIXES });
  press("fix", nodes.first, benchState);
  assert.deepEqual(dataOf(set, "slot", "command")[0].values, { rounds: 3 });
});

test("an answer that comes after the controls moved, or to an earlier question, is not shown", () => {
  press("hint", nodes.which, benchState);
  const late = dataOf(set, "slot", "hint_asked").at(-1).at;
  press("hint", nodes.which, benchState);
  hints.hintGiven(benchState, { at: late, level: 3, text: "late", eased: "late", fixes: FIXES });
  assert.deepEqual([shown(), nodes.text.textContent], [[true, false, false, false], ""]);
  benchState.values = { ...benchState.values };
  given({ level: 3, text: "late", fixes: FIXES });
  assert.deepEqual([shown(), nodes.text.textContent], [[true, false, false, false], ""]);
});

test("where nothing fails nothing is asked, and a limit that is the value is asked for at once", () => {
  benchState.texts.status.fails = false;
  hints.showHints(benchState);
  assert.deepEqual(shown(), [false, false, false, false]);
  benchState.texts.status = { fails: true, is_limit: true };
  hints.showHints(benchState);
  assert.deepEqual(shown(), [false, true, false, false]);
  assert.equal(nodes.value.getAttribute("aria-disabled"), "false");
});

test("a refusal says why and leaves the question", () => {
  press("hint", nodes.which, benchState);
  given({ level: 1, text: "After one try of your own." });
  assert.deepEqual(shown(), [true, false, false, false]);
  assert.equal(nodes.text.textContent, "After one try of your own.");
});
