/* Which bench a failed request belongs to is read from the request itself, whatever signs its ids hold. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { reportingFetch, sentenceOf, solvedBench } from "../../../dashboard/scripts/shared/failed_requests.js";

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

test("the sentence is the server's own, or one that says nothing was lost", async () => {
  const answer = (text) => new Response(text, { status: 422 });
  assert.equal(await sentenceOf(answer('{"error":"Too long."}')), "Too long.");
  assert.equal(await sentenceOf(answer("{}")), "The server could not answer.");
  assert.equal(await sentenceOf(answer("<h1>Bad gateway</h1>")), "The server could not answer. Your entries are kept.");
});

const UPDATE = "/lab/_dash-update-component";

async function reported(url, body, answer) {
  const reports = [];
  const watched = reportingFetch(
    () => answer,
    (...report) => reports.push(report),
  );
  await watched(url, { body }).catch(() => null);
  await new Promise((done) => setTimeout(done, 5));
  return reports;
}

test("a refused update is reported with its bench and its sentence", async () => {
  const answer = Promise.resolve(new Response('{"error":"Lock first."}', { status: 403 }));
  assert.deepEqual(await reported(UPDATE, update('a"/b'), answer), [['a"/b', "Lock first."]]);
});

test("a lost update is reported, and whoever asked still gets the error", async () => {
  const lost = () => Promise.reject(new TypeError("Failed to fetch"));
  assert.deepEqual(await reported(UPDATE, "{}", lost()), [
    [null, "No connection to the server. Your entries are kept."],
  ]);
  await assert.rejects(reportingFetch(lost, () => {})(UPDATE, {}), TypeError);
});

test("what succeeds, and what is no update, is not reported", async () => {
  assert.deepEqual(await reported(UPDATE, update("a/b"), Promise.resolve(new Response("{}"))), []);
  assert.deepEqual(await reported("/lab/_dash-layout", "", Promise.resolve(new Response("", { status: 500 }))), []);
});

test("the answer can still be read by whoever asked", async () => {
  const watched = reportingFetch(
    async () => new Response('{"error":"x"}', { status: 400 }),
    () => {},
  );
  const answer = await watched({ url: UPDATE }, { body: update("a/b") });
  await new Promise((done) => setTimeout(done, 5));
  assert.equal(await answer.text(), '{"error":"x"}');
});
