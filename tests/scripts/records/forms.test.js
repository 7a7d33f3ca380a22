/* What a form says before it is sent and when it is answered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { install, problemOf } from "../../../dashboard/scripts/records/forms.js";
import { answer, settled } from "../requests/support.js";
import { element, openPage } from "../support/elements.js";

const page = openPage();
globalThis.FormData = class {}; // that of node takes no form
install();

/* A form on the page; the requests it sends are kept, and answered in the order in which answers come. */
function openForm(t) {
  const place = element("div", { class: "answer" });
  const button = element("button", { type: "submit" });
  const form = element("form", { "data-send": "" }, button, place);
  form.action = "/ledger/verify";
  const sent = [];
  t.mock.method(globalThis, "fetch", (address) => new Promise((done) => sent.push({ address, done })));
  return { place, button, sent, submit: () => page.fire("submit", { target: form, preventDefault() {} }) };
}

test("files of a size that the server takes are sent", () => {
  assert.equal(problemOf([{ name: "a.json", size: 5 }], 10), "");
  assert.equal(problemOf([], 10), "");
});

test("a file that is too large is named and none is sent", () => {
  const files = [
    { name: "a.json", size: 5 },
    { name: "big.html", size: 50e6 },
  ];
  assert.equal(problemOf(files, 20e6), "“big.html” has 50 MB; an export has at most 20. It was not sent.");
});

test("a form that is on its way is not sent again, and can be once it is answered", async (t) => {
  const { place, button, sent, submit } = openForm(t);
  submit();
  submit();
  assert.deepEqual([sent.length, place.textContent], [1, "Sending."]);
  sent[0].done(answer(200, '{"sentences":["It is genuine."]}'));
  await settled();
  assert.equal(place.textContent, "It is genuine.");
  assert.equal(button.getAttribute("aria-disabled"), null);
  submit();
  assert.equal(sent.length, 2);
});

test("a refusal is said as a problem, in the server's own sentence", async (t) => {
  const { place, sent, submit } = openForm(t);
  submit();
  sent[0].done(answer(413, '{"error":"An export has at most 20 MB."}'));
  await settled();
  assert.equal(place.textContent, "An export has at most 20 MB.");
  assert.equal(place.children[0].className, "problem");
});
