import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as notices from "../../../dashboard/scripts/page/notices.js";
import { announceSoon } from "../../../dashboard/scripts/page/announcer.js";
import { tell } from "../../../dashboard/scripts/shared/events.js";
import { element, openPage } from "../support/elements.js";

notices.install();
let announcer, root, notice, words, saved;

beforeEach(() => {
  words = element("span", { class: "notice-text" });
  notice = element("div", { class: "notice" }, words);
  root = element("main", { "data-bench": "a/b" }, notice);
  announcer = element("div", { id: "announcer" });
  saved = element("p", { id: "saved" });
  openPage(root, announcer, saved);
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

test("a time is shown by this clock; what is no time stays as it came", () => {
  const time = element("time");
  time.dateTime = new Date(2026, 0, 2, 7, 5).toISOString();
  notices.showClock(time);
  assert.equal(time.textContent, "07:05");
  const none = element("time");
  none.textContent = "earlier";
  none.dateTime = "soon";
  notices.showClock(none);
  assert.equal(none.textContent, "earlier");
});

test("when something was saved last is said, or nothing", () => {
  notices.showSaved(new Date(2026, 0, 2, 7, 5).toISOString());
  assert.equal(saved.children.at(-1).textContent, "07:05");
  saved.textContent = "x";
  notices.showSaved("");
  assert.equal(saved.textContent, "");
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
