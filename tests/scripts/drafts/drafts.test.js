/* Drafts on a page made by hand: kept, filled in, shown or dropped. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as drafts from "../../../dashboard/scripts/drafts/drafts.js";
import { tell } from "../../../dashboard/scripts/shared/events.js";
import { learnStudent } from "../../../dashboard/scripts/shared/student.js";
import { blockStorage, openDash, openDevice } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const STUDENT = "0123456789abcdef";
const NAME = `edgelab-draft:${STUDENT}:a/b:predict/ratio`;
globalThis.MutationObserver = class {
  observe() {}
};
learnStudent(new Response("", { headers: { "Edgelab-Student": STUDENT } }));
let page, device, set, note, box, reasons;

const idOf = (name) => JSON.stringify({ bench: "a/b", kind: "entry", name, prediction: "ratio" });

/* A prediction card of that definition; drafts are looked for as when it comes to stand. */
function stand(definition, attributes = {}, text = "") {
  box = element("input", { id: idOf("value") });
  box.value = text;
  reasons = ["size", "rounds"].map((value) => Object.assign(element("input"), { value, checked: false }));
  const labels = reasons.map((input) => {
    const label = element("label");
    label.textContent = `because of ${input.value}`;
    return element("div", {}, input, label);
  });
  note = element("p", { "data-draft": "predict/ratio", "data-definition": definition, ...attributes });
  const section = element("section", {}, box, element("div", { id: idOf("mechanism") }, ...labels), note);
  page = openPage(element("main", { "data-bench": "a/b" }, section));
  drafts.install();
  drafts.look();
}

function enter(node, change) {
  Object.assign(node, change);
  page.fire("input", { target: node });
}

function sign(fields) {
  const node = element("p", { "data-draft-saved": "predict/ratio", ...(fields && { "data-fields": fields }) });
  openPage(element("main", { "data-bench": "a/b" }, node));
  drafts.look();
  return node;
}

beforeEach(() => {
  device = openDevice();
  set = openDash();
  stand("one");
});

test("what is entered is kept at once, as values and as words, and it is said", () => {
  enter(box, { value: "3.7" });
  enter(reasons[1], { checked: true });
  assert.deepEqual(JSON.parse(device[NAME]), {
    definition: "one",
    fields: { value: "3.7", mechanism: "rounds" },
    words: { value: "3.7", mechanism: "because of rounds" },
  });
  assert.equal(note.textContent, drafts.KEPT);
});

test("fields that come to stand anew are filled in, each once", () => {
  enter(box, { value: "3.7" });
  enter(reasons[1], { checked: true });
  stand("one");
  drafts.look();
  assert.deepEqual(set, [
    [JSON.parse(idOf("value")), { value: "3.7" }],
    [JSON.parse(idOf("mechanism")), { value: "rounds" }],
  ]);
  assert.equal(note.textContent, drafts.KEPT);
});

test("fields emptied by hand leave no draft", () => {
  enter(box, { value: "3.7" });
  enter(box, { value: "" });
  assert.deepEqual([Object.keys(device), note.textContent], [[], ""]);
});

test("a draft of another question is shown, not filled in, and stays beside what is entered now", () => {
  enter(box, { value: "3.7" });
  stand("two");
  assert.deepEqual(set, []);
  assert.match(note.textContent, /^The question has changed since your draft.*“3.7”$/);
  enter(reasons[0], { checked: true });
  assert.deepEqual(JSON.parse(device[NAME]).earlier, { value: "3.7" });
  assert.match(note.textContent, /^Draft kept.*for another question, you had written: “3.7”$/);
  assert.deepEqual(JSON.parse(device[NAME]).fields, { mechanism: "size" });
  stand("two");
  assert.deepEqual(set, [[JSON.parse(idOf("mechanism")), { value: "size" }]]);
});

test("of two tabs that write at once neither loses its words", () => {
  enter(box, { value: "3.7" });
  const other = { definition: "one", fields: { value: "9" }, words: { value: "9" } };
  device[NAME] = JSON.stringify(other); // another tab wrote
  enter(box, { value: "3.8" });
  assert.deepEqual(JSON.parse(device[NAME]).earlier, { value: "9" });
  enter(box, { value: "3.85" });
  assert.deepEqual(JSON.parse(device[NAME]).earlier, { value: "9" });
  stand("one");
  assert.equal(set.at(-1)[1].value, "3.85");
  assert.match(note.textContent, /in another tab.*“9”$/);
});

test("what was saved has no draft any more; another tab's words are said", () => {
  enter(box, { value: "3.7" });
  sign(null);
  assert.deepEqual(Object.keys(device), []);
  stand("one");
  enter(box, { value: "3.7" });
  assert.equal(sign('{"value":"4"}').textContent, "Another tab's words were not saved: “3.7”");
  assert.equal(Object.keys(device).length, 1);
  sign('{"value":"3.7 "}');
  assert.deepEqual(Object.keys(device), []);
});

test("fields that hold what is saved need no draft; what differs from it is newer", () => {
  enter(box, { value: "3.7" });
  stand("one", { "data-saved": "1" }, "3.6");
  assert.equal(set.length, 1);
  stand("one", {}, "3.7");
  assert.equal(Object.keys(device).length, 1, "not saved: a reload may come");
  stand("one", { "data-saved": "1" }, "3.7");
  assert.deepEqual(Object.keys(device), []);
});

test("another student's drafts go, this one's stay", () => {
  enter(box, { value: "3.7" });
  device["edgelab-draft:fedcba9876543210:a/b:reflect"] = "{}";
  device["edgelab-theme"] = "dark";
  tell("student", STUDENT);
  assert.deepEqual(Object.keys(device).toSorted(), [NAME, "edgelab-theme"]);
});

test("storage that is full or refused is said, and nothing breaks", () => {
  device.setItem = () => {
    throw new Error("QuotaExceededError");
  };
  enter(box, { value: "3.7" });
  assert.equal(note.textContent, drafts.NOT_KEPT);
  blockStorage();
  stand("one");
  enter(box, { value: "3.8" });
  assert.equal(note.textContent, drafts.NOT_KEPT);
});

test("what another hand put there is no draft", () => {
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    "{}",
    '{"definition":1,"fields":{},"words":{}}',
    '{"definition":"one","fields":[],"words":{}}',
    '{"definition":"one","fields":{"value":7},"words":{}}',
    '{"definition":"one","fields":{"value":{"a":1}},"words":{}}',
  ]) {
    device[NAME] = text;
    stand("one");
    assert.deepEqual([set.length, note.textContent], [0, ""], text);
  }
});

test("fields without a note, and a page outside a bench, keep nothing", () => {
  const lone = element("input");
  lone.value = "x";
  openPage(element("section", {}, lone));
  page.fire("input", { target: lone });
  assert.deepEqual(Object.keys(device), []);
});
