import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { benchStates } from "../../../dashboard/scripts/controls/bench_states.js";
import { answered, move } from "../../../dashboard/scripts/controls/gate.js";
import { gate, valuesAfter } from "../../../dashboard/scripts/controls/gate_callback.js";
import { dataOf, NO_UPDATE, openDash, PREVIEWED, SPEC } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const KEY = 'edge "north"/pära.dox';
const NAMES = Object.keys(SPEC);
const FROM = { share: 0.01, rounds: 8, codec: "raw", cached: false };
let set;

beforeEach(() => {
  set = openDash();
  delete benchStates[KEY];
  openPage(element("main", { "data-bench": KEY, class: "bench is-unlocked" }));
});

/* Call the callback as Dash does, with what triggered it as [kind, name, value]. */
function called(
  triggered,
  {
    order = null,
    instruments = { codec: "raw", cached: false },
    boxes = { share: "1", rounds: "8" },
    spec = SPEC,
  } = {},
) {
  const entries = (kind, shown) =>
    Object.entries(shown).map(([name, value]) => ({ id: { kind, bench: KEY, name }, property: "value", value }));
  globalThis.dash_clientside.callback_context = {
    triggered: triggered.map(([kind, name, value]) => ({
      prop_id: `${JSON.stringify({ bench: KEY, kind, name })}.${kind === "slot" ? "data" : "value"}`,
      value,
    })),
    inputs_list: [
      entries("instrument", instruments),
      entries("box", boxes),
      { id: { kind: "slot", bench: KEY, name: "command" } },
    ],
    outputs_list: [NAMES.map((name) => ({ id: { kind: "control", bench: KEY, name }, property: "data" }))],
  };
  return gate(null, null, order, spec);
}
function gateTest(name, act) {
  test(name, (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    act(t.mock.timers);
  });
}

gateTest("a choice sends every control of its bench once, whatever signs the id holds", () => {
  const [controls] = called([["instrument", "codec", "int8"]], { instruments: { codec: "int8", cached: false } });
  assert.deepEqual(controls, [0.01, 8, "int8", false]);
  assert.equal(benchStates[KEY].busy, true);
});

gateTest("while an answer is due the controls wait, and go out with the answer", () => {
  called([["instrument", "codec", "int8"]]);
  const [controls] = called([["instrument", "cached", true]]);
  assert.equal(controls, NO_UPDATE);
  assert.equal(benchStates[KEY].waiting, true);
  answered(KEY);
  assert.deepEqual(set, [[{ kind: "control", bench: KEY, name: "cached" }, { data: true }]]);
});

gateTest("a box that the page wrote does not take back a slider that has moved on since", () => {
  called([["instrument", "codec", "raw"]]);
  const benchState = benchStates[KEY];
  move(benchState, "rounds", 9);
  benchState.boxes.rounds = 9; // as it is committed, while the slider goes on
  answered(KEY);
  move(benchState, "rounds", 10);
  const [controls] = called([["box", "rounds", "9"]], { boxes: { share: "1", rounds: "9" } });
  assert.equal(benchState.values.rounds, 10);
  assert.equal(controls, NO_UPDATE);
  answered(KEY);
  called([["box", "rounds", "7"]], { boxes: { share: "1", rounds: "7" } });
  assert.equal(benchState.values.rounds, 7, "what somebody types is taken");
});

gateTest("nothing new, nothing sent", () => {
  const [controls] = called([["instrument", "codec", "raw"]]);
  assert.equal(controls, NO_UPDATE);
  assert.equal(benchStates[KEY].busy, false);
});

gateTest("a command writes the instruments and boxes that show something else, and no others", () => {
  const [, instruments, boxes] = called([["slot", "command", {}]], {
    order: { values: { codec: "int8", rounds: 12, unknown: 1 } },
  });
  assert.deepEqual(instruments, ["int8", NO_UPDATE]);
  assert.deepEqual(boxes, [NO_UPDATE, "12"]);
  assert.equal("unknown" in benchStates[KEY].values, false);
});

gateTest("what was pressed is not written back under the hand", () => {
  const [, instruments] = called([["instrument", "codec", "int8"]], { instruments: { codec: "int8", cached: true } });
  assert.deepEqual(instruments, [NO_UPDATE, false]);
});

gateTest("a stale command is not read again when something else triggers", () => {
  called([["instrument", "cached", true]], { order: { values: { rounds: 3 }, isUndoRedo: true } });
  assert.equal(benchStates[KEY].values.rounds, 8);
});

gateTest("a change by hand becomes a step of the history, one by undo does not", (timers) => {
  called([["slot", "command", {}]], { order: { values: { rounds: 12 }, isUndoRedo: true } });
  timers.tick(1000);
  assert.equal(benchStates[KEY].undo.length, 0);
  benchStates[KEY].committed = benchStates[KEY].values;
  called([["instrument", "cached", true]], { order: { values: { rounds: 12 }, isUndoRedo: true } });
  timers.tick(1000);
  assert.equal(benchStates[KEY].undo.length, 1);
});

gateTest("at rest a command without values asks for the full answer, once", (timers) => {
  called([], { spec: PREVIEWED });
  move(benchStates[KEY], "rounds", 9);
  answered(KEY);
  timers.tick(200);
  const order = { values: {} };
  const [controls] = called([["slot", "command", order]], { order, spec: PREVIEWED });
  assert.deepEqual(controls, [0.01, 9, "raw", false]);
  assert.deepEqual(dataOf(set, "slot", "moving"), [{ from: FROM }, false]);
  answered(KEY);
  assert.equal(called([["slot", "command", order]], { order, spec: PREVIEWED })[0], NO_UPDATE);
});

gateTest("a choice made right after a drag is answered in full at once", (timers) => {
  called([], { spec: PREVIEWED });
  move(benchStates[KEY], "rounds", 9);
  answered(KEY);
  const [controls] = called([["instrument", "codec", "int8"]], { spec: PREVIEWED });
  assert.deepEqual(controls, [0.01, 9, "int8", false]);
  assert.deepEqual(dataOf(set, "slot", "moving"), [{ from: FROM }, false]);
  answered(KEY);
  timers.tick(10_000);
  assert.deepEqual(dataOf(set, "slot", "command"), []);
});

gateTest("a command after a failure sends everything again though nothing moved", () => {
  move((called([["slot", "command", {}]]), benchStates[KEY]), "rounds", 9);
  benchStates[KEY].busy = false;
  benchStates[KEY].sent = null;
  const [controls] = called([["slot", "command", {}]], { order: { values: {} } });
  assert.deepEqual(controls, [0.01, 9, "raw", false]);
});

test("several triggers are taken in order, each for its own control", () => {
  const triggered = [
    [{ kind: "box", name: "rounds" }, "5"],
    [{ kind: "instrument", name: "cached" }, true],
    [{ kind: "instrument", name: "unknown" }, true],
    [{ kind: "box", name: "share" }, "much"], // what cannot be read changes nothing
  ];
  const before = { share: 0.01, rounds: 8, codec: "raw", cached: false };
  assert.deepEqual(valuesAfter(SPEC, before, triggered, null), { ...before, rounds: 5, cached: true });
  assert.equal(before.rounds, 8);
});
