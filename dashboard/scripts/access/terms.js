/* What the glossary says of a term, opened beside its word. Escape or a press elsewhere closes it, as of every popover. */
import { addActions } from "../page/actions.js";
import { parsed } from "../shared/storage.js";

const EDGE_PX = 16;
const GAP_PX = 6;

/* Where a box of that size stands beside a word: below it where there is room, within the window. */
export function placeOf(word, box, view) {
  const below = word.bottom + GAP_PX;
  const isAbove = below + box.height > view.height - EDGE_PX && word.top - GAP_PX - box.height > EDGE_PX;
  return {
    left: Math.max(EDGE_PX, Math.min(word.left, view.width - EDGE_PX - box.width)),
    top: isAbove ? word.top - GAP_PX - box.height : below,
  };
}

function line(className, text) {
  const node = document.createElement("p");
  node.className = className;
  node.textContent = text;
  return node;
}

function open(node) {
  const place = document.getElementById("term");
  const name = node.dataset.term;
  const term = parsed(place?.dataset.terms ?? "")?.[name];
  if (!term) return;
  place.setAttribute("popover", "auto");
  place.setAttribute("aria-label", name);
  place.tabIndex = -1;
  const [meaning, source] = term;
  place.replaceChildren(line("term-name", name), line("term-meaning", meaning), line("pop-source", source));
  if (!place.matches(":popover-open")) place.showPopover();
  const view = { width: window.innerWidth, height: window.innerHeight };
  const { left, top } = placeOf(node.getBoundingClientRect(), place.getBoundingClientRect(), view);
  place.style.left = `${left}px`;
  place.style.top = `${top}px`;
  place.focus({ preventScroll: true });
  // A popover gives the focus back by itself only where a popovertarget opened it.
  place.addEventListener("toggle", (event) => event.newState === "closed" && isInside(place) && node.focus(), {
    once: true,
  });
}

function isInside(place) {
  return !document.activeElement || document.activeElement === document.body || place.contains(document.activeElement);
}

export function install() {
  addActions({ term: open });
}
