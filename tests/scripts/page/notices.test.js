import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as notices from "../../../dashboard/scripts/page/notices.js";
import { announceSoon } from "../../../dashboard/scripts/page/announcer.js";
import { press } from "../../../dashboard/scripts/page/actions.js";
import { tell } from "../../../dashboard/scripts/shared/events.js";
import { dataOf, openDash } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const stopped = [];
notices.install((bench) => stopped.push(bench));
let announcer, root, notice, words, stop;

beforeEach(() => {
  words = element("span", { class: "notice-text" });
  stop = element("button", { "data-do": "stop_waiting" });
  notice = element("div", { class: "notice" }, words, stop);
  root = element("main", { "data-bench": "a/b" }, notice);
  announcer = element("div", { id: "announcer" });
  openPage(root, announcer);
});

test("a late answer is shown, a painted one ends it and takes the notice away", () => {
  tell("late", { root });
  assert.equal(root.classList.contains("computing"), true);
  tell("failed", { root }, "No connection.");
  assert.equal(root.classList.contains("computing"), false);
  assert.deepEqual([notice.hidden, words.textContent], [false, "No connection."]);
  tell("late", { root });
  tell("answered", { root });
  assert.equal(root.classList.contains("computing"), false);
  assert.deepEqual([notice.hidden, words.textContent], [true, ""]);
});

test("a bench that left the page is told nothing", () => {
  for (const name of ["late", "answered", "failed"]) tell(name, { root: undefined }, "x");
  assert.equal(words.textContent, "");
});

test("only what may still come can be stopped", () => {
  tell("failed", { root }, "No answer in 10 s.", "overdue");
  assert.equal(stop.hidden, false);
  press("stop_waiting", stop, { key: "a/b" });
  assert.deepEqual(stopped, ["a/b"]);
  tell("failed", { root }, "Stopped.", "");
  assert.equal(stop.hidden, true);
});

test("where the connection failed it is asked again, later each time, until something is asked or answered", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const set = openDash();
  const benchState = { key: "a/b", root, busy: false, sent: null };
  tell("failed", benchState, "Lock first.", "");
  t.mock.timers.tick(60_000);
  assert.equal(set.length, 0, "a refusal is final");
  tell("failed", benchState, "No connection.", "passing");
  t.mock.timers.tick(1000);
  assert.equal(dataOf(set, "slot", "command").length, 1);
  tell("failed", benchState, "No connection.", "passing");
  t.mock.timers.tick(1999);
  assert.equal(set.length, 1);
  benchState.sent = {};
  t.mock.timers.tick(1);
  assert.equal(set.length, 1, "something else was asked meanwhile");
  tell("answered", benchState);
  assert.equal(benchState.attempts, 0);
});

test("what is over a limit is asked again when the server says", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const set = openDash();
  const benchState = { key: "a/b", root, busy: false, sent: null };
  tell("failed", benchState, "Too many.", "passing", 40_000);
  t.mock.timers.tick(39_999);
  assert.equal(set.length, 0);
  t.mock.timers.tick(1);
  assert.equal(dataOf(set, "slot", "command").length, 1);
});

test("the status is spoken once the controls are left alone", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const benchState = { texts: { status: { title: "Dearer", facts: "2.56× more" } } };
  announceSoon(benchState);
  t.mock.timers.tick(899);
  announceSoon(benchState);
  t.mock.timers.tick(899);
  assert.equal(announcer.textContent, "");
  t.mock.timers.tick(1);
  assert.equal(announcer.textContent, "Dearer. 2.56× more");
});
