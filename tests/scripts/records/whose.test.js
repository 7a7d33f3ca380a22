/* An identity that was lost is said, and what a student leaves behind in a browser is taken away. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { leaveBehind, lostWords, remembered, showWhose } from "../../../dashboard/scripts/records/whose.js";
import { learnStudent } from "../../../dashboard/scripts/shared/student.js";
import { openDevice } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const ANN = "a".repeat(16);
const BEN = "b".repeat(16);

test("another identity than the one this device remembers is said with its name", () => {
  const was = { student: ANN, who: "Amber Heron 17" };
  assert.match(lostWords(was, BEN), /^This browser was Amber Heron 17\. Its cookie was deleted/);
  assert.equal(lostWords(was, ANN), "");
  assert.equal(lostWords(was, ""), "", "nothing is known yet");
  assert.equal(lostWords(null, BEN), "");
});

test("what the device remembers is read with care", () => {
  assert.deepEqual(remembered('{"student":"a","who":"b"}'), { student: "a", who: "b" });
  for (const text of [null, "", "7", "[]", "{", '{"student":1,"who":"b"}', '{"student":"a"}'])
    assert.equal(remembered(text), null);
});

test("who leaves takes the drafts along, and who is erased the unsent writes too; others' stay", () => {
  learnStudent({ headers: new Map([["Edgelab-Student", ANN]]) });
  const device = openDevice();
  const visit = { "edgelab:a/b": "{}", "edgelab-pins:a/b": "[]", "another-page": "1" };
  Object.defineProperty(visit, "removeItem", { value: (name) => delete visit[name] });
  Object.defineProperty(globalThis, "sessionStorage", { value: visit, configurable: true });
  const keep = () => {
    for (const student of [ANN, BEN])
      for (const kind of ["draft", "outbox"]) device.setItem(`edgelab-${kind}:${student}:x`, "1");
    device.setItem("edgelab-student", "{}");
    device.setItem("edgelab-theme", "dark");
  };
  keep();
  leaveBehind(false);
  assert.deepEqual(
    Object.keys(device).toSorted(),
    [`edgelab-draft:${BEN}:x`, `edgelab-outbox:${ANN}:x`, `edgelab-outbox:${BEN}:x`, "edgelab-theme"].toSorted(),
  );
  keep();
  leaveBehind(true);
  assert.deepEqual(
    Object.keys(device).toSorted(),
    [`edgelab-draft:${BEN}:x`, `edgelab-outbox:${BEN}:x`, "edgelab-theme"].toSorted(),
  );
  assert.deepEqual(Object.keys(visit), ["another-page"]);
});

test("where a sign-on says who one is, another name is another person and nothing was lost", () => {
  learnStudent({ headers: new Map([["Edgelab-Student", ANN]]) });
  const device = openDevice();
  device.setItem("edgelab-student", JSON.stringify({ student: BEN, who: "Amber Heron 17" }));
  openPage(element("header", { class: "bar" }, element("a", { "data-who": "Teal Wren 20", "data-signed-on": "yes" })));
  showWhose();
  assert.equal(document.querySelector(".lost-identity"), null);
  assert.deepEqual(JSON.parse(device.getItem("edgelab-student")), { student: ANN, who: "Teal Wren 20" });
});
