/* What a request asks for is read from the request itself, whatever signs its ids hold. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isPage, solvedBench, writeOf } from "../../../dashboard/scripts/requests/kinds.js";

const KEYS = [
  "edge_guardian/paradox",
  'quo"te/b',
  'a","kind":"control"/b',
  "back\\slash/b",
  "schräg/日本 語🙂",
  "{curly}/[b]",
  "a/b.figure",
];

/* A request as Dash's renderer writes it, for the callback that solves a state. */
function update(bench, value = 1) {
  const id = (kind, name) => ({ bench, kind, name });
  return JSON.stringify({
    output:
      '..{"bench":["MATCH"],"kind":"figure","name":["ALL"]}.figure...{"bench":["MATCH"],"kind":"slot","name":"texts"}.data..',
    outputs: [[{ id: id("figure", "one"), property: "figure" }], { id: id("slot", "texts"), property: "data" }],
    inputs: [
      [{ id: id("control", "rounds"), property: "data", value }],
      [],
      { id: id("slot", "compare"), property: "data" },
    ],
    changedPropIds: [],
  });
}

for (const key of KEYS) {
  test(`the bench of a request is found: ${key}`, () => assert.equal(solvedBench(update(key)), key));
}

test("values that look like ids mislead nobody", () => {
  const decoy = '{"bench":"other/bench","kind":"control"}';
  assert.equal(solvedBench(update("edge/paradox", decoy)), "edge/paradox");
});

test("another request than one for a state has no bench to open", () => {
  const table = {
    outputs: [[{ id: { kind: "table", bench: "edge/paradox", name: "one" }, property: "children" }]],
    state: [[{ id: { kind: "control", bench: "edge/paradox", name: "rounds" }, property: "data", value: 1 }]],
  };
  const recorded = {
    outputs: ["tries", "progress_summary"].map((name) => ({ id: { kind: "slot", bench: "edge/paradox", name } })),
  };
  const page = { outputs: { id: "page", property: "children" }, inputs: [] };
  for (const request of [table, recorded, page, {}, [], null, 7])
    assert.equal(solvedBench(JSON.stringify(request)), null);
});

test("a body that is no JSON has no bench", () => {
  for (const body of ["", "{", undefined, null]) assert.equal(solvedBench(body), null);
});

const button = (name, slots, more = {}) =>
  JSON.stringify({
    outputs: slots.map((slot) => ({ id: { kind: "slot", bench: "a/b", name: slot }, property: "children" })),
    inputs: [[{ id: { kind: "action", bench: "a/b", name }, property: "n_clicks", value: more.clicks ?? 1 }]],
    state: more.state ?? [[{ id: { kind: "writing", bench: "a/b", name: "why" }, property: "value", value: "x" }]],
    changedPropIds: [`{"bench":"a/b","kind":"action","name":"${name}"}.n_clicks`],
  });

const action = (value) =>
  JSON.stringify({
    outputs: ["tries", "after"].map((name) => ({ id: { kind: "slot", bench: "a/b", name }, property: "children" })),
    inputs: [{ id: { kind: "slot", bench: "a/b", name: "action" }, property: "data", value }],
    state: [[]],
    changedPropIds: ['{"bench":"a/b","kind":"slot","name":"action"}.data'],
  });

test("a lock, a reflection, marks and what is done on a bench are writes", () => {
  const named = (body) => [writeOf(body).bench, writeOf(body).name];
  assert.deepEqual(named(button("lock", ["predict", "body"])), ["a/b", "lock"]);
  assert.deepEqual(named(button("reflect", ["reflect"])), ["a/b", "reflect"]);
  assert.deepEqual(named(button("mark", ["reflect", "defence"])), ["a/b", "mark"]);
  assert.deepEqual(named(button("defend", ["reflect", "defence"])), ["a/b", "defend"]);
  assert.deepEqual(named(button("mark_defence", ["reflect", "defence"])), ["a/b", "mark_defence"]);
  assert.deepEqual(named(action({ do: "record", values: { rounds: 8 }, at: 1 })), ["a/b", "record"]);
});

test("a button that other callbacks hear too is a write of its own callback alone", () => {
  assert.equal(writeOf(button("lock", ["reflect"])), null);
  assert.equal(writeOf(button("mark", ["predict", "body"])), null);
  for (const name of ["review", "edit", "table_one", "script", "constructor"])
    assert.equal(writeOf(button(name, ["predict", "reflect"])), null, name);
});

test("pressed twice it is one deed; with another content it is another", () => {
  const content = (body) => writeOf(body).content;
  assert.equal(
    content(button("mark", ["reflect"], { clicks: 1 })),
    content(button("mark", ["reflect"], { clicks: 2 })),
  );
  assert.notEqual(content(button("mark", ["reflect"])), content(button("mark", ["reflect"], { state: [[]] })));
  assert.equal(
    content(action({ do: "record", values: {}, at: 1 })),
    content(action({ do: "record", values: {}, at: 2 })),
  );
  assert.notEqual(content(action({ do: "carry", try: 1 })), content(action({ do: "carry", try: 2 })));
});

test("what is no request writes nothing", () => {
  const broken = [action(null), action("record"), "", "{", "null", "[]", "7", undefined, '{"changedPropIds":[7]}'];
  for (const body of [...broken, '{"changedPropIds":["{.data"]}', '{"changedPropIds":{}}'])
    assert.equal(writeOf(body), null);
});

test("the request for a page is known", () => {
  assert.equal(isPage('{"outputs":{"id":"page","property":"children"}}'), true);
  for (const body of [update("a/b"), "{", "null", "{}"]) assert.equal(isPage(body), false);
});
