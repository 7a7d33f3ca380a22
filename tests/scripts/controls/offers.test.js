/* What an earlier bench decided: one press sets all of it, and the button says whether the controls stand there. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as actions from "../../../dashboard/scripts/controls/actions.js";
import { benchStateOf, benchStates } from "../../../dashboard/scripts/controls/bench_states.js";
import { press } from "../../../dashboard/scripts/page/actions.js";
import { tell } from "../../../dashboard/scripts/shared/events.js";
import { dataOf, openDash, SPEC } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const KEY = "edge/memory";
const OFFERED = { rounds: 3, share: 0.05 };
actions.install();
let set, offer, benchState;

beforeEach(() => {
  set = openDash();
  offer = element("button", { class: "offer", "data-do": "set", "data-values": JSON.stringify(OFFERED) });
  const root = element("main", { "data-bench": KEY, class: "is-unlocked" }, offer);
  openPage(element("div", { id: "announcer" }), root);
  delete benchStates[KEY];
  benchState = benchStateOf(KEY, SPEC, root);
});

test("one press sets all of an earlier decision by one command, and nothing else", () => {
  press("set", offer, benchState);
  const [order] = dataOf(set, "slot", "command");
  assert.deepEqual(order.values, OFFERED);
});

test("the button is pressed while the controls stand at all of it, however they came there", () => {
  const pressedAt = (values) => {
    benchState.values = { ...benchState.values, ...values };
    tell("changed", benchState);
    return offer.getAttribute("aria-pressed");
  };
  assert.equal(pressedAt({}), "false");
  assert.equal(pressedAt({ rounds: 3 }), "false");
  assert.equal(pressedAt({ share: 0.05 }), "true");
  assert.equal(pressedAt({ rounds: 4 }), "false");
});
