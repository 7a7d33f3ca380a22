/* What a reading says of itself: formula, meaning, source. */
const POPOVER_PX = 720;
const GAP_PX = 4;
const EDGE_PX = 16;
const INTENT_MS = 250;

/* The reading that the pointer moved onto or that has the focus, and what opens its popover once the pointer rests. */
let pointed = null;
let opening = 0;

/* A popover opens where there is room: below its reading, or upwards from the read-out over the readings, which keeps
   it off the verdict above them, and within the window. */
function placePopover(reading) {
  const { left, top, bottom } = reading.getBoundingClientRect();
  const floor = document.querySelector(".hud")?.getBoundingClientRect().top ?? window.innerHeight;
  const width = Math.min(POPOVER_PX, window.innerWidth - 2 * EDGE_PX);
  const height = reading.querySelector(".popover")?.offsetHeight ?? 0;
  reading.style.setProperty("--shift", `${Math.min(0, window.innerWidth - EDGE_PX - width - left)}px`);
  reading.style.setProperty("--top", `${Math.min(bottom + GAP_PX, floor - GAP_PX - height) - top}px`);
}

function leaveReading() {
  clearTimeout(opening);
  pointed?.classList.remove("is-pointed", "is-dismissed");
  pointed = null;
}

function openPopover(reading) {
  reading.classList.add("is-pointed");
  placePopover(reading);
}

/* It opens for a pointer that moved onto the reading and rests there: a page that changes under a pointer opens none.
   One that Escape has shut opens again when the pointer comes back. */
function onPointer(event) {
  const reading = event.target.closest?.(".reading") ?? null;
  if (reading === pointed) return;
  leaveReading();
  pointed = reading;
  if (reading) opening = setTimeout(openPopover, INTENT_MS, reading);
}

function onFocus(event) {
  const reading = event.target.closest?.(".reading") ?? null;
  if (reading !== pointed) leaveReading();
  pointed = reading;
  if (reading) placePopover(reading);
}

export function dismissPopover() {
  clearTimeout(opening);
  pointed?.classList.add("is-dismissed");
}

export function install() {
  document.addEventListener("mousemove", onPointer);
  document.addEventListener("focusin", onFocus);
}
