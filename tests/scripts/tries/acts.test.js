/* The acts of a crisis: the button of the world on the page is pressed, and a try names its act. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as controls from "../../../dashboard/scripts/controls/actions.js";
import { benchStateOf, benchStates } from "../../../dashboard/scripts/controls/bench_states.js";
import { press } from "../../../dashboard/scripts/page/actions.js";
import { tell } from "../../../dashboard/scripts/shared/events.js";
import * as tries from "../../../dashboard/scripts/tries/actions.js";
import { dataOf, openDash, openStorage, SPEC } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const KEY = "edge/crisis";
controls.install();
tries.install();
let set, acts, benchState;

const act = (id, share) =>
  element("button", {
    class: "act",
    "data-do": "set",
    "data-act": id,
    "data-values": JSON.stringify({ rounds: 3, share }),
    "data-world": JSON.stringify({ share }),
    "aria-pressed": "false",
  });

beforeEach(() => {
  set = openDash();
  openStorage();
  acts = [act("storm", 0.05), act("storm_grows", 0.5)];
  openPage(element("div", { id: "announcer" }), element("main", { "data-bench": KEY, class: "is-unlocked" }, ...acts));
  delete benchStates[KEY];
  benchState = benchStateOf(KEY, SPEC, document.querySelector("[data-bench]"));
});

const stand = (values) => {
  benchState.values = { ...benchState.values, ...values };
  tell("changed", benchState);
  return acts.map((node) => node.getAttribute("aria-pressed"));
};
const recorded = () => {
  press("record", null, benchState);
  return dataOf(set, "slot", "action").at(-1);
};

test("an act sets the last try's decisions and its own world by one command", () => {
  press("set", acts[1], benchState);
  assert.deepEqual(dataOf(set, "slot", "command").at(-1).values, { rounds: 3, share: 0.5 });
});

test("the act whose world is on the page is pressed, whatever the decisions", () => {
  assert.deepEqual(stand({ share: 0.05 }), ["true", "false"]);
  assert.deepEqual(stand({ share: 0.5, rounds: 9 }), ["false", "true"]);
  assert.deepEqual(stand({ share: 0.2 }), ["false", "false"]);
});

test("a try names the act that is pressed, and none in a world of no act", () => {
  stand({ share: 0.5 });
  assert.equal(recorded().act, "storm_grows");
  tries.actionDone(benchState, {});
  stand({ share: 0.2 });
  assert.equal("act" in recorded(), false);
});
