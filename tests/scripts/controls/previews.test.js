/* One coarse answer for each step of a moving slider, the full one when it rests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { benchStateOf, benchStates } from "../../../dashboard/scripts/controls/bench_states.js";
import * as gate from "../../../dashboard/scripts/controls/gate.js";
import { dataOf, openDash, PREVIEWED, SPEC } from "../support/browser.js";

const KEY = "edge/paradox";
let set, benchState;

/* What the server was told and sent, in order: [name of a slot or control, data]. */
const asked = () => set.map(([id, props]) => [id.name, id.name === "command" ? props.data.values : props.data]);

function withTimers(spec, name, act) {
  test(name, (t) => {
    t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
    set = openDash();
    delete benchStates[KEY];
    benchState = benchStateOf(KEY, spec, { isConnected: true });
    act(t.mock.timers);
  });
}
const withPreviews = (name, act) => withTimers(PREVIEWED, name, act);

/* What the gate's callback does with a command that finds nothing on its way. */
function passed() {
  gate.rest(benchState);
  gate.start(benchState);
}

/* What the slot says while a slider moves away from a full answer. */
const movingFrom = (rounds) => ["moving", { from: { ...benchState.values, rounds } }];

withPreviews("a moving slider asks for previews, and for the full answer 0.2 s after its last change", (timers) => {
  gate.move(benchState, "rounds", 9);
  gate.answered(KEY);
  timers.tick(199);
  gate.move(benchState, "rounds", 10);
  gate.answered(KEY);
  timers.tick(199);
  assert.deepEqual(asked(), [movingFrom(8), ["rounds", 9], ["rounds", 10]]);
  timers.tick(1);
  assert.deepEqual(asked().at(-1), ["command", {}]);
  assert.equal(gate.isToAsk(benchState), true);
  passed();
  assert.deepEqual(asked().at(-1), ["moving", false]);
  gate.answered(KEY);
  timers.tick(10_000);
  assert.equal(asked().length, 5);
  assert.equal(gate.isToAsk(benchState), false);
});

withPreviews("a preview that is late is followed by the full answer, never overtaken by it", (timers) => {
  gate.move(benchState, "rounds", 9);
  timers.tick(300);
  assert.deepEqual(asked().at(-1), ["rounds", 9]);
  assert.equal(benchState.waiting, true);
  gate.answered(KEY);
  assert.deepEqual(asked().at(-1), ["command", {}]);
});

withPreviews("what moved last while a preview was due goes out once, as the full answer", (timers) => {
  gate.move(benchState, "rounds", 9);
  gate.move(benchState, "rounds", 10);
  timers.tick(300);
  gate.answered(KEY);
  assert.deepEqual(asked().slice(-2), [
    ["moving", false],
    ["rounds", 10],
  ]);
  gate.answered(KEY);
  timers.tick(10_000);
  assert.equal(asked().length, 4);
});

withPreviews("a drag that goes on while the full answer is due comes to rest once more", (timers) => {
  gate.move(benchState, "rounds", 9);
  gate.answered(KEY);
  timers.tick(200);
  passed();
  gate.move(benchState, "rounds", 10);
  gate.answered(KEY);
  assert.deepEqual(asked().slice(-2), [movingFrom(9), ["rounds", 10]]);
  gate.answered(KEY);
  timers.tick(200);
  assert.deepEqual(asked().at(-1), ["command", {}]);
});

withPreviews("after a lost preview nothing is sent by itself, and the next change asks for all in full", (timers) => {
  gate.move(benchState, "rounds", 9);
  gate.failed(KEY, "No connection.");
  timers.tick(10_000);
  assert.deepEqual(dataOf(set, "slot", "command"), []);
  gate.move(benchState, "rounds", 10);
  passed();
  assert.deepEqual(asked().slice(-2), [
    ["command", {}],
    ["moving", false],
  ]);
});

withPreviews("a page that went asks for nothing more", (timers) => {
  gate.move(benchState, "rounds", 9);
  gate.answered(KEY);
  benchState.root.isConnected = false;
  timers.tick(200);
  assert.deepEqual(dataOf(set, "slot", "command"), []);
});

withTimers(SPEC, "a bench without previews asks once, and never says that something moves", (timers) => {
  gate.move(benchState, "rounds", 9);
  gate.answered(KEY);
  timers.tick(10_000);
  assert.deepEqual(asked(), [["rounds", 9]]);
});

withPreviews("a full answer that the server puts off is asked for again, later each time, until it comes", (timers) => {
  gate.move(benchState, "rounds", 9);
  gate.answered(KEY, true);
  timers.tick(200);
  passed();
  const before = asked().length;
  for (const [time, count] of [
    [300, 1],
    [600, 2],
  ]) {
    gate.answered(KEY, true);
    assert.equal(gate.isToAsk(benchState), true);
    timers.tick(time - 1);
    assert.notDeepEqual(asked().at(-1), ["command", {}]);
    timers.tick(1);
    assert.deepEqual(asked().at(-1), ["command", {}]);
    passed();
    assert.deepEqual(asked().at(-1), ["moving", { put_off: count }]);
  }
  gate.answered(KEY, false);
  timers.tick(10_000);
  assert.equal(asked().length, before + 4);
  assert.equal(gate.isToAsk(benchState), false);
});

withPreviews("a change after an answer was put off begins anew, and moves away from the last full answer", (timers) => {
  gate.move(benchState, "rounds", 9);
  gate.answered(KEY, true);
  timers.tick(200);
  passed();
  gate.answered(KEY, true);
  gate.move(benchState, "rounds", 10);
  assert.deepEqual(asked().slice(-2), [movingFrom(8), ["rounds", 10]]);
  gate.answered(KEY, true);
  timers.tick(200);
  passed();
  assert.deepEqual(asked().at(-1), ["moving", false]);
});

withPreviews("what is put off and then lost is not asked for by itself", (timers) => {
  gate.command(KEY, {});
  passed();
  gate.answered(KEY, true);
  timers.tick(300);
  passed();
  gate.failed(KEY, "No connection.");
  const before = asked().length;
  timers.tick(10_000);
  assert.equal(asked().length, before);
});
