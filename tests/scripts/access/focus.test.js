/* Where the focus goes from what is gone, on parts made by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf, successor } from "../../../dashboard/scripts/access/focus.js";
import { element, openPage } from "../support/elements.js";

/* An element that is laid out. */
function laid(tag, attributes = {}, ...children) {
  const node = element(tag, attributes, ...children);
  node.getClientRects = () => (node.hidden ? [] : [{}]);
  node.name = attributes.name;
  node.type = attributes.type;
  node.value = attributes.value;
  node.id = attributes.id ?? "";
  return node;
}

function gone(node, part, more = {}) {
  return { node, key: keyOf(node), ancestors: [part], ids: [""], before: null, ...more };
}

function removed(attributes) {
  const node = laid("button", attributes);
  node.isConnected = false;
  return node;
}

test("a refused field comes before all else, and of a group its first field", () => {
  const first = laid("input", { type: "radio", name: "why", value: "a" });
  const save = laid("button", { "data-do": "save" });
  const part = laid("section", {}, laid("h2"), save, laid("fieldset", { "aria-invalid": "true" }, first));
  openPage(part);
  assert.equal(successor(gone(removed({ "data-do": "save" }), part)), first);
});

test("the same button made anew takes the focus, told apart by all that it carries", () => {
  const one = laid("button", { "data-do": "carry", "data-try": "1" });
  const two = laid("button", { "data-do": "carry", "data-try": "2" });
  const part = laid("section", {}, laid("h2"), one, two);
  openPage(part);
  assert.equal(successor(gone(removed({ "data-do": "carry", "data-try": "2" }), part)), two);
});

test("without a successor the part's head takes it, and a named head before a heading", () => {
  const heading = laid("legend");
  const part = laid("section", {}, heading);
  openPage(part);
  assert.equal(successor(gone(removed({ "data-do": "fix" }), part)), heading);
  const named = laid("p", { "data-head": "" });
  part.append(named);
  assert.equal(successor(gone(removed({ "data-do": "fix" }), part)), named);
});

test("a button that was switched off leaves the focus to the one beside it", () => {
  const undo = laid("button", { "data-do": "undo" });
  undo.disabled = true;
  const redo = laid("button", { "data-do": "redo" });
  const part = laid("section", {}, laid("h2"), undo, redo);
  openPage(part);
  assert.equal(successor(gone(undo, part)), redo);
});

test("a notice that goes gives the focus back; a body that comes anew names its own beginning", () => {
  const slider = laid("input", { id: "share" });
  const part = laid("section", {}, laid("h2"), slider);
  openPage(part);
  assert.equal(successor(gone(removed({ "data-do": "retry" }), part, { before: slider })), slider);
  const body = laid("div", {}, laid("div", { "data-arrived": "locked" }, laid("h2")));
  openPage(body);
  assert.equal(successor(gone(removed({ "data-do": "x" }), body)), null);
});
