/* Single keys act when they were switched on, and never in a field or with another key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { actOf } from "../../../dashboard/scripts/access/keys.js";
import { wordsOf } from "../../../dashboard/scripts/access/pending.js";
import { element } from "../support/elements.js";

function pressed(key, more = {}) {
  return { key, target: { matches: () => false }, ...more };
}

test("no key acts before it was switched on", () => {
  assert.equal(actOf(pressed("r"), false), undefined);
  assert.equal(typeof actOf(pressed("r"), true), "function");
  assert.equal(typeof actOf(pressed("R"), true), "function");
});

test("a key that is typed, held or pressed with another does nothing", () => {
  for (const more of [{ target: { matches: () => true } }, { ctrlKey: true }, { altKey: true }, { repeat: true }])
    assert.equal(actOf(pressed("r", more), true), undefined);
  for (const key of ["q", "toString", "Enter"]) assert.equal(actOf(pressed(key), true), undefined);
});

test("what goes to the server says that it waits, and other buttons do not", () => {
  const lock = element("button", { id: '{"bench":"a/b","kind":"action","name":"lock"}' });
  const table = element("button", { id: '{"bench":"a/b","kind":"action","name":"table_x"}' });
  assert.equal(wordsOf(lock), "Locking …");
  assert.equal(wordsOf(table), undefined);
  assert.equal(wordsOf(element("button", { "data-do": "record" })), "Recording …");
  assert.equal(wordsOf(element("button", { "data-do": "toString" })), undefined);
});
