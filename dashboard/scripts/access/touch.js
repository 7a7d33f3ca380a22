/* A finger that scrolls moves no slider. The browser moves one to the finger at its first touch; here that waits until the
   finger has gone sideways, which is a drag, or was lifted where it came down, which is a tap. */

const DRAG_PX = 6;

/* The touch on a slider whose way is not known or sideways: {input, value, x, y, proposed, isDrag}. */
let touch = null;

/* Whether a finger that has gone so far drags; it does not while it has gone further up or down. */
export function isSideways(dx, dy) {
  return Math.abs(dx) > DRAG_PX && Math.abs(dx) > Math.abs(dy);
}

/* Set a slider as the browser does, past the setter that React puts in between. */
function place(input, value) {
  Object.getOwnPropertyDescriptor(window.HTMLInputElement.prototype, "value").set.call(input, value);
}

function onDown(event) {
  touch = null;
  if (event.pointerType !== "touch" || !event.target.matches?.("input[type=range]")) return;
  const input = event.target;
  touch = { input, value: input.value, x: event.clientX, y: event.clientY, proposed: null, isDrag: false };
}

function onMove(event) {
  if (touch && isSideways(event.clientX - touch.x, event.clientY - touch.y)) touch.isDrag = true;
}

function onInput(event) {
  if (!touch || touch.isDrag || event.target !== touch.input) return;
  touch.proposed = touch.input.value;
  place(touch.input, touch.value);
  event.stopImmediatePropagation();
}

function onUp() {
  const ended = touch;
  touch = null;
  if (!ended || ended.isDrag || ended.proposed === null) return;
  place(ended.input, ended.proposed);
  ended.input.dispatchEvent(new Event("input", { bubbles: true }));
}

/* The browser scrolls: the slider stands where it stood. */
function onCancel() {
  if (touch && !touch.isDrag) place(touch.input, touch.value);
  touch = null;
}

export function install() {
  const listeners = {
    pointerdown: onDown,
    pointermove: onMove,
    input: onInput,
    pointerup: onUp,
    pointercancel: onCancel,
  };
  for (const [name, act] of Object.entries(listeners)) document.addEventListener(name, act, true);
}
