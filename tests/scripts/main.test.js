/* The whole put together: one name of ours, the functions that Dash calls, and requests that fail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./support/elements.js";

openPage();
const fetched = [];
const answer = () => Promise.resolve(new Response('{"error":"Refused."}', { status: 403 }));
globalThis.window = globalThis;
Object.assign(globalThis, {
  addEventListener: () => {},
  MutationObserver: class {
    observe() {}
  },
  edgelab: { switchTheme: "of boot.js" },
  dash_clientside: undefined,
  fetch: (...all) => (fetched.push(all), answer()),
});
const before = new Set(Object.keys(globalThis));
await import("../../dashboard/scripts/main.js");
const { benchStateOf } = await import("../../dashboard/scripts/controls/bench_states.js");

test("there is one name of ours, and it keeps what boot.js put there", () => {
  const added = Object.keys(globalThis).filter((name) => !before.has(name));
  assert.deepEqual(added, []);
  assert.deepEqual(Object.keys(globalThis.edgelab).toSorted(), ["benchStates", "command", "switchTheme"]);
});

test("what Dash calls is there as soon as the bundle has run", () => {
  // tests/scripts/test_bundle.py holds these names against the callbacks of the app.
  const called = Object.values(globalThis.dash_clientside.lab);
  assert.notEqual(called.length, 0);
  assert.ok(called.every((each) => typeof each === "function"));
});

async function refused(outputs) {
  await globalThis.fetch("/_dash-update-component", { body: JSON.stringify({ outputs }) });
  await new Promise((done) => setTimeout(done, 5));
}

test("a refused request for a state opens the gate of its bench, any other is said", async () => {
  const said = openPage();
  const benchState = benchStateOf("a/b", {}, undefined);
  benchState.busy = true;
  await refused([[], { id: { kind: "slot", bench: "a/b", name: "texts" }, property: "data" }]);
  assert.deepEqual([benchState.busy, benchState.sent], [false, null]);
  const announcer = said.createElement("div");
  announcer.attributes.set("id", "announcer");
  said.body.append(announcer);
  await refused({ id: "page", property: "children" });
  assert.equal(announcer.textContent, "Refused.");
  assert.equal(fetched.length, 2);
});
