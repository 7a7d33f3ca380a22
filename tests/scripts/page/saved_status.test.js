/* What the header says of writes. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { writeOf } from "../../../dashboard/scripts/requests/kinds.js";
import * as outbox from "../../../dashboard/scripts/requests/outbox.js";
import { openDevice } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";
import { recording, STUDENT } from "../requests/support.js";

globalThis.window = globalThis;
globalThis.addEventListener ??= () => {};
const status = await import("../../../dashboard/scripts/page/saved_status.js");
const { press } = await import("../../../dashboard/scripts/page/actions.js");
const { tell } = await import("../../../dashboard/scripts/shared/events.js");
let resent = 0;
status.install(() => (resent += 1));
let saved, announcer;

beforeEach(() => {
  openDevice();
  saved = element("span", { id: "saved" });
  announcer = element("div", { id: "announcer" });
  openPage(saved, announcer);
  for (const entry of outbox.waiting()) outbox.remove(entry);
});
const put = (rounds) => outbox.put(STUDENT, writeOf(recording(rounds)), recording(rounds));

test("a time is shown by this clock; what is no time stays as it came", () => {
  const time = element("time");
  time.dateTime = new Date(2026, 0, 2, 7, 5).toISOString();
  status.showClock(time);
  assert.equal(time.textContent, "07:05");
  const none = element("time");
  none.textContent = "earlier";
  none.dateTime = "soon";
  status.showClock(none);
  assert.equal(none.textContent, "earlier");
});

test("nothing is said before the first save; then the newest moment, whatever this clock says", () => {
  status.showSaved("");
  assert.equal(saved.textContent, "");
  tell("saved", new Date(2026, 0, 2, 10, 42).toISOString());
  assert.equal(saved.textContent, "Saved 10:42");
  status.showSaved(new Date(2026, 0, 2, 9, 0).toISOString());
  assert.equal(saved.textContent, "Saved 10:42");
});

test("what waits is counted, with what can be done about it, and said once", async () => {
  put(8);
  outbox.complain(put(9), "No connection.", false);
  assert.equal(saved.textContent, "Not saved, 2 events kept here: RetryDownload");
  assert.equal(saved.title, "No connection.");
  assert.equal(announcer.textContent, "", "it may be on its way in the next moment");
  await new Promise((done) => setTimeout(done, 1));
  assert.equal(announcer.textContent, "Not saved, 2 events kept here: No connection.");
  announcer.textContent = "";
  outbox.complain(outbox.waiting()[1], "No connection.", false);
  await new Promise((done) => setTimeout(done, 1));
  assert.equal(announcer.textContent, "");
  press("resend", null, null);
  assert.equal(resent, 1);
});

test("what was refused for good can be thrown away, and nothing else is", () => {
  put(8);
  outbox.complain(put(9), "Refused.", true);
  assert.equal(saved.textContent, "Not saved, 2 events kept here: RetryDownloadDiscard");
  press("discard_unsaved", null, null);
  assert.deepEqual(
    outbox.waiting().map((entry) => entry.isRefused),
    [false],
  );
});

test("what the device does not keep is only in this tab", () => {
  globalThis.localStorage.setItem = () => {
    throw new Error("QuotaExceededError");
  };
  assert.equal(status.unsavedWords([put(8)]), "Not saved, 1 event kept in this tab alone, keep it open: ");
});
