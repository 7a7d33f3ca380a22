/* A press that waits for its answer says so on its button, and is not made a second time. */
import { parsed } from "../shared/storage.js";
import { isSaving } from "../requests/writes.js";
import { listen } from "../shared/events.js";

const SHOWN_MS = 150; // an answer that comes sooner changes no words
const WORDS = {
  review: "Reviewing …",
  lock: "Locking …",
  open: "Opening …",
  record: "Recording …",
  reflect: "Saving …",
  mark: "Saving …",
  defend: "Saving …",
  mark_defence: "Saving …",
};

const waiting = new Map(); // button: the timer of its words

/* What a button says while its press waits; undefined for one that is answered at once. */
export function wordsOf(node) {
  const id = parsed(node.getAttribute("id") ?? "");
  const name = id?.kind === "action" ? id.name : node.dataset.do;
  return Object.hasOwn(WORDS, name ?? "") ? WORDS[name] : undefined;
}

function begin(node, words) {
  node.setAttribute("aria-busy", "true");
  waiting.set(
    node,
    setTimeout(() => (node.dataset.busy = words), SHOWN_MS),
  );
}

/* Every button can be pressed again. */
export function endAll() {
  for (const [node, timer] of waiting) {
    clearTimeout(timer);
    node.removeAttribute("aria-busy");
    delete node.dataset.busy;
  }
  waiting.clear();
}

export function onPress(event) {
  const node = event.target.closest?.("button");
  const words = node && !node.disabled && wordsOf(node);
  if (!words) return;
  if (!waiting.has(node)) {
    begin(node, words);
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

export function install() {
  document.addEventListener("click", onPress, true);
  listen("problem", endAll);
  listen("requests", () => setTimeout(() => isSaving() || endAll(), 0));
}
