/* The bar over the page, whichever stands or none. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { barWords } from "../../../dashboard/scripts/page/request_bar.js";
import { element, openPage } from "../support/elements.js";

globalThis.window = globalThis;
globalThis.addEventListener ??= () => {};
const bar = await import("../../../dashboard/scripts/page/request_bar.js");
const { press } = await import("../../../dashboard/scripts/page/actions.js");
const { hold } = await import("../../../dashboard/scripts/requests/held.js");
const { tell } = await import("../../../dashboard/scripts/shared/events.js");
bar.install();

beforeEach(() => openPage(element("div", { id: "announcer" })));
const shown = () => document.body.children.at(-1);
const buttons = (words) => words.actions.map(([, label]) => label);

test("trouble comes before slowness, and both before an old refusal", () => {
  const slow = { problem: "" };
  const lost = { problem: "No connection." };
  assert.equal(barWords([], "", false), null);
  assert.equal(barWords([slow], "Refused.", false).sentence, "The server takes long to answer.");
  assert.equal(barWords([slow, lost], "Refused.", false).sentence, "No connection.");
  assert.deepEqual(buttons(barWords([slow], "", false)), ["Try again", "Stop"]);
  assert.deepEqual(buttons(barWords([], "Refused.", false)), ["Close"]);
  assert.deepEqual(buttons(barWords([], "Refused.", true)), ["Reload"], "there is no page to go on with");
});

test("a refusal is shown until it is closed", () => {
  tell("problem", "Refused.");
  assert.equal(shown().textContent, "Refused.Reload");
  document.body.append(element("main", { id: "content" }));
  press("requests_close", null, null);
  tell("problem", "Refused again.");
  const node = document.getElementById("request-bar");
  assert.deepEqual([node.hidden, node.textContent], [false, "Refused again.Close"]);
  press("requests_close", null, null);
  assert.equal(node.hidden, true);
});

test("a request in trouble is shown while it is, and no longer", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const answers = [502, 200];
  const response = hold(async () => new Response("", { status: answers.shift() }));
  await new Promise((done) => setImmediate(done));
  assert.equal(shown().textContent, "The server could not answer. Your entries are kept.Try againStop");
  const again = shown().querySelector("button");
  tell("requests");
  assert.equal(shown().querySelector("button"), again, "a button is not taken from under the hand or the focus");
  press("requests_retry", null, null);
  await response;
  assert.equal(shown().hidden, true);
});
