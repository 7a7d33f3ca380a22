/* One request in flight, the newest value wins, the last is never lost. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { benchStateOf, benchStates } from "../../../dashboard/scripts/controls/bench_states.js";
import * as gate from "../../../dashboard/scripts/controls/gate.js";
import { listen } from "../../../dashboard/scripts/shared/events.js";
import { dataOf, openDash, SPEC } from "../support/browser.js";

const KEY = "edge/paradox";
const told = [];
for (const name of ["changed", "committed", "late", "answered", "failed"]) {
  listen(name, (benchState, detail) => told.push([name, benchState.key, detail]));
}
const names = () => told.map(([name]) => name);
let set, benchState;

beforeEach(() => {
  set = openDash();
  told.length = 0;
  delete benchStates[KEY];
  benchState = benchStateOf(KEY, SPEC, { page: "one" });
});

function withTimers(name, act) {
  test(name, (t) => {
    t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
    act(t.mock.timers);
  });
}
const sent = (name) => dataOf(set, "control", name);

withTimers("a moved slider writes its one control at once", () => {
  gate.move(benchState, "rounds", 9);
  assert.deepEqual(set, [[{ kind: "control", bench: KEY, name: "rounds" }, { data: 9 }]]);
  assert.equal(benchState.busy, true);
});

withTimers("while an answer is due nothing is sent; then the newest value is, once, and overtaken ones never", () => {
  for (const rounds of [9, 10, 11, 12]) gate.move(benchState, "rounds", rounds);
  assert.deepEqual(sent("rounds"), [9]);
  gate.answered(KEY);
  assert.deepEqual(sent("rounds"), [9, 12]);
  assert.equal(benchState.busy, true);
  gate.answered(KEY);
  assert.deepEqual(sent("rounds"), [9, 12]);
  assert.deepEqual([benchState.busy, benchState.waiting], [false, false]);
});

withTimers("a slider that came back meanwhile sends nothing more", () => {
  gate.move(benchState, "rounds", 9);
  gate.move(benchState, "rounds", 10);
  gate.move(benchState, "rounds", 9);
  gate.answered(KEY);
  assert.deepEqual(sent("rounds"), [9]);
  assert.equal(benchState.busy, false);
});

withTimers("two controls that moved meanwhile go out by one command", () => {
  gate.move(benchState, "rounds", 9);
  gate.move(benchState, "share", 0.02);
  gate.move(benchState, "rounds", 10);
  gate.answered(KEY);
  assert.deepEqual(sent("rounds"), [9]);
  assert.deepEqual(sent("share"), []);
  assert.deepEqual(
    dataOf(set, "slot", "command").map((order) => order.values),
    [{}],
  );
});

withTimers("a value that does not change is neither sent nor shown", () => {
  gate.move(benchState, "rounds", 8);
  assert.deepEqual([set, told], [[], []]);
});

withTimers("a lost answer opens the gate and says why; the next change sends all controls", () => {
  gate.move(benchState, "rounds", 9);
  gate.move(benchState, "rounds", 10);
  gate.failed(KEY, "No connection.");
  assert.deepEqual(told.at(-1), ["failed", KEY, "No connection."]);
  assert.deepEqual([benchState.busy, benchState.waiting], [false, false]);
  assert.deepEqual(gate.changes(benchState), Object.keys(SPEC));
  gate.move(benchState, "rounds", 11);
  assert.deepEqual(sent("rounds"), [9]);
  assert.equal(dataOf(set, "slot", "command").length, 1);
});

withTimers("an answer that takes 0.4 s is shown to be late, one that takes 10 s is given up", (timers) => {
  gate.move(benchState, "rounds", 9);
  timers.tick(399);
  assert.equal(names().includes("late"), false);
  timers.tick(1);
  assert.equal(names().includes("late"), true);
  timers.tick(9_599);
  assert.equal(names().includes("failed"), false);
  timers.tick(1);
  assert.deepEqual(told.at(-1), ["failed", KEY, "The server did not answer in 10 s. Your controls are kept."]);
});

withTimers("an answer in time stops both clocks, and the next request starts its own", (timers) => {
  gate.move(benchState, "rounds", 9);
  timers.tick(300);
  gate.answered(KEY);
  gate.move(benchState, "rounds", 10);
  timers.tick(300);
  assert.equal(names().includes("late"), false);
  gate.answered(KEY);
  timers.tick(20_000);
  assert.deepEqual(
    names().filter((name) => ["late", "failed"].includes(name)),
    [],
  );
});

withTimers("a drag is one step of the history, 0.4 s after it ends", (timers) => {
  for (const rounds of [9, 10, 11]) {
    gate.move(benchState, "rounds", rounds);
    timers.tick(399);
  }
  assert.equal(benchState.undo.length, 0);
  timers.tick(1);
  assert.deepEqual(
    benchState.undo.map((values) => values.rounds),
    [8],
  );
  assert.equal(names().filter((name) => name === "committed").length, 1);
});

withTimers("undo right after a move remembers where it left, and redo comes back", () => {
  gate.move(benchState, "rounds", 9);
  gate.goBackOrForth(benchState, "undo");
  assert.equal(benchState.values.rounds, 8);
  gate.goBackOrForth(benchState, "redo");
  assert.equal(benchState.values.rounds, 9);
  const orders = dataOf(set, "slot", "command");
  assert.deepEqual(
    orders.map((order) => [order.values.rounds, order.isUndoRedo]),
    [
      [8, true],
      [9, true],
    ],
  );
});

withTimers("with nothing to undo nothing is sent", () => {
  gate.goBackOrForth(benchState, "undo");
  gate.goBackOrForth(benchState, "redo");
  assert.deepEqual(set, []);
});

withTimers("two commands with the same values differ: Dash passes on only what is new", () => {
  gate.command(KEY, { values: {} });
  gate.command(KEY, { values: {} });
  const [first, second] = dataOf(set, "slot", "command");
  assert.notEqual(first.at, second.at);
});

withTimers("an answer for a bench that is not there changes nothing", () => {
  gate.answered("edge/nothing");
  gate.failed("edge/nothing", "x");
  assert.deepEqual([set, told], [[], []]);
});

test("a page that came anew starts from the defaults, the same page does not", () => {
  benchState.values = { ...benchState.values, rounds: 9 };
  assert.equal(benchStateOf(KEY, SPEC, benchState.root), benchState);
  assert.equal(benchStateOf(KEY, SPEC, { page: "two" }).values.rounds, 8);
  assert.deepEqual(Object.keys(benchState.boxes), ["share", "rounds"]);
  const { busy, waiting } = benchStates[KEY];
  assert.deepEqual([busy, waiting, gate.changes(benchStates[KEY])], [false, false, []]);
});
