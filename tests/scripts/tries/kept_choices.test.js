import assert from "node:assert/strict";
import { test } from "node:test";
import { benchStateOf } from "../../../dashboard/scripts/controls/bench_states.js";
import { tell } from "../../../dashboard/scripts/shared/events.js";
import { chosenOption, install, keptChoices } from "../../../dashboard/scripts/tries/kept_choices.js";
import { openStorage } from "../support/browser.js";
import { element } from "../support/elements.js";

const TEXTS = { alone: "alone", shared: "with others" };
install();

test("the address comes before what was kept, and neither may name what is no option", () => {
  assert.equal(chosenOption(TEXTS, "alone", "shared", "alone"), "shared");
  assert.equal(chosenOption(TEXTS, "alone", null, "shared"), "shared");
  assert.equal(chosenOption(TEXTS, "alone", "toString", "x"), "alone");
});

function arrived(search, classes = "is-unlocked") {
  const node = element("span", { "data-kept": "mode", "data-texts": JSON.stringify(TEXTS), "data-default": "alone" });
  const root = element("main", { "data-bench": "a/b", class: classes }, node);
  const address = { href: `http://lab/a/b${search}`, search };
  globalThis.window = {
    location: address,
    history: { state: 7, replaceState: (_state, _title, url) => (address.href = String(url)) },
  };
  const spec = { mode: { kind: "choice", texts: TEXTS, default: "alone" } };
  return { node, address, benchState: benchStateOf("a/b", spec, root) };
}

test("on arrival an option of the address is written, kept, and set on the control", () => {
  const kept = openStorage();
  const { node, benchState } = arrived("?mode=shared");
  assert.deepEqual(keptChoices(benchState), { mode: "shared" });
  assert.equal(node.textContent, "with others");
  assert.equal(kept.get("edgelab-mode"), "shared");
});

test("before the lock the words are written and no control is moved", () => {
  openStorage().set("edgelab-mode", "shared");
  const { node, address, benchState } = arrived("", "");
  assert.deepEqual(keptChoices(benchState), {});
  assert.equal(node.textContent, "with others");
  assert.equal(address.href, "http://lab/a/b?mode=shared");
});

test("the default is neither kept nor written to the address", () => {
  const kept = openStorage();
  const { node, address, benchState } = arrived("");
  assert.deepEqual(keptChoices(benchState), {});
  assert.deepEqual([node.textContent, kept.size, address.href], ["alone", 0, "http://lab/a/b"]);
});

test("a choice that was made is kept, also back to the default", () => {
  const kept = openStorage();
  const { node, benchState } = arrived("");
  benchState.values = { mode: "shared" };
  tell("committed", benchState);
  assert.deepEqual([kept.get("edgelab-mode"), node.textContent], ["shared", "with others"]);
  benchState.values = { mode: "alone" };
  tell("committed", benchState);
  assert.equal(kept.get("edgelab-mode"), "alone");
});
