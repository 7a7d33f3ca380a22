/* Where and when the popover of a reading opens. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { dismissPopover, install } from "../../../dashboard/scripts/access/popovers.js";
import { element, openPage } from "../support/elements.js";

const page = openPage();
globalThis.document = page;
globalThis.window = { innerWidth: 900, innerHeight: 800 };
install();

/* The pointer moves onto a node and rests there. */
function rest(target, milliseconds = 250) {
  page.fire("mousemove", { target });
  mock.timers.tick(milliseconds);
}

function readingAt({ left = 0, top = 0, bottom = 0, height = 100 }) {
  const popover = element("div", { class: "popover" });
  popover.offsetHeight = height;
  const reading = element("div", { class: "reading" }, popover);
  reading.getBoundingClientRect = () => ({ left, top, bottom });
  return reading;
}

test("a popover stays within the window, below its reading or above the read-out where there is no room", (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const hud = element("div", { class: "hud" });
  hud.getBoundingClientRect = () => ({ top: 800 });
  page.body.append(hud);
  for (const [innerWidth, left, bottom, shift, top] of [
    [900, 164, 692, "0px", "104px"],
    [900, 200, 693, "-36px", "103px"],
    [390, 195, 780, "-179px", "16px"],
  ]) {
    window.innerWidth = innerWidth;
    const reading = readingAt({ left, top: bottom - 100, bottom });
    rest(reading);
    assert.equal(reading.properties.get("--shift"), shift);
    assert.equal(reading.properties.get("--top"), top);
  }
});

test("a popover opens for a pointer that moved onto its reading and rests, or for the focus", (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const [one, other] = [readingAt({}), readingAt({})];
  const isOpen = (reading) => reading.classList.contains("is-pointed");
  page.fire("mouseover", { target: one });
  mock.timers.tick(1000);
  assert.equal(isOpen(one), false);
  rest(one, 100);
  rest(other, 100);
  rest(page.body, 1000);
  assert.deepEqual([isOpen(one), isOpen(other)], [false, false]);
  rest(one);
  assert.equal(isOpen(one), true);
  rest(other);
  assert.deepEqual([isOpen(one), isOpen(other)], [false, true]);
  page.fire("focusin", { target: one });
  assert.deepEqual([isOpen(other), one.properties.has("--top")], [false, true]);
});

test("Escape shuts the popover under the pointer, which opens again when the pointer comes back", (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const reading = readingAt({});
  const isShut = () => reading.classList.contains("is-dismissed") || !reading.classList.contains("is-pointed");
  rest(reading, 100);
  dismissPopover();
  mock.timers.tick(1000);
  assert.equal(isShut(), true);
  rest(page.body);
  rest(reading);
  assert.equal(isShut(), false);
  dismissPopover();
  rest(reading);
  assert.equal(isShut(), true);
  rest(page.body);
  dismissPopover();
  rest(reading);
  assert.equal(isShut(), false);
});
