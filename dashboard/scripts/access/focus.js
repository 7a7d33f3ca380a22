/* Where the keyboard goes on when the part it stood in was replaced, hidden or switched off: one rule for the whole page.

   The focus goes to the first of these that is there: what the new part names as its beginning (data-focus); a field that
   was refused; the same button or field, made anew; the one beside a button that was switched off; where the focus was
   before, for a notice that has gone; the head of the part. What the server has to say of it (data-say) is said once. */
import { announce } from "../page/announcer.js";
import { describeFields } from "./described.js";

const PASSING = ".notice, .request-bar, .saved";
const HEADS = ["[data-head]", "h1, h2, h3, legend, summary"];
const PARTS = "section, details, fieldset, main, .head, dialog";

/* The element that had the focus last, with what finds its successor; null after the focus was left on purpose. */
let last = null;

function isThere(node) {
  return Boolean(node?.isConnected) && !node.disabled && node.getClientRects().length > 0;
}

/* What tells a button or field apart from the others, whenever it is made; "" where nothing does. */
export function keyOf(node) {
  if (node.id) return JSON.stringify(["id", node.id]);
  return node.dataset?.do ? JSON.stringify(["do", Object.entries(node.dataset).toSorted()]) : "";
}

function ancestorsOf(node) {
  const found = [];
  for (let at = node.parentElement; at && at !== document.body && at.id !== "page"; at = at.parentElement)
    found.push(at);
  return found;
}

/* The nearest part around the last focus that still stands, or was made anew under its id. */
function partOf({ ancestors, ids }) {
  for (const [n, ancestor] of ancestors.entries()) {
    if (isThere(ancestor)) return ancestor;
    const anew = ids[n] && ids[n] !== "content" && document.getElementById(ids[n]); // every page has a content
    if (isThere(anew)) return anew;
  }
  return null;
}

function firstOf(part, selector, fits = () => true) {
  return [...(part?.querySelectorAll(selector) ?? [])].find((node) => isThere(node) && fits(node)) ?? null;
}

function refused(part) {
  const field = firstOf(part, '[aria-invalid="true"]');
  return field?.matches("input, textarea, select") ? field : firstOf(field, "input, textarea") || field;
}

/* Where the focus goes from an element that is gone, or null where the page itself is another. */
export function successor(gone) {
  const part = partOf(gone);
  if (!part || firstOf(part, "[data-arrived]")) return null; // a body that comes anew says itself where it begins
  const around = part.closest(PARTS) ?? part;
  const anew =
    gone.key && firstOf(around, "button, input, textarea, select, a[href]", (node) => keyOf(node) === gone.key);
  const beside = gone.node.isConnected && gone.node.disabled ? firstOf(part, "button") : null;
  const before = isThere(gone.before) ? gone.before : null;
  return (
    refused(around) || anew || beside || before || HEADS.map((heads) => firstOf(around, heads)).find(Boolean) || null
  );
}

function goTo(node) {
  if (node.tabIndex < 0) node.tabIndex = -1;
  node.focus({ preventScroll: true });
  node.scrollIntoView?.({ block: "nearest" });
}

/* The beginning that a new part names for itself; it is one once. */
function begin(isFree) {
  for (const node of document.querySelectorAll("[data-focus]")) {
    const { focus } = node.dataset;
    delete node.dataset.focus;
    if (!isFree || !isThere(node)) continue;
    goTo(node);
    if (focus === "whole") node.parentElement.scrollIntoView?.({ block: "center" });
    return true;
  }
  return false;
}

/* Look where the focus is after the page has changed. */
export function settle() {
  describeFields();
  for (const node of document.querySelectorAll("[data-say]")) {
    announce(node.dataset.say);
    delete node.dataset.say;
  }
  const isFree = !document.activeElement || document.activeElement === document.body;
  if (begin(isFree) || !isFree || !last || isThere(last.node)) return;
  const next = successor(last);
  if (next) goTo(next);
}

function noteFocus({ target }) {
  if (!target.matches || target === document.body) return;
  const isPassing = Boolean(target.closest(PASSING));
  const ancestors = ancestorsOf(target);
  last = {
    node: target,
    key: keyOf(target),
    ancestors,
    ids: ancestors.map((node) => node.id),
    before: isPassing ? (last?.before ?? last?.node) : null,
  };
}

/* Who leaves an element that stays, by a press on the bare page, is not brought back to it. */
function noteLeft({ target }) {
  setTimeout(() => {
    const isFree = !document.activeElement || document.activeElement === document.body;
    if (isFree && last?.node === target && isThere(target)) last = null;
  }, 0);
}

export function install() {
  let due = null;
  const observer = new MutationObserver(() => {
    due ??= setTimeout(() => {
      due = null;
      settle();
    }, 0);
  });
  observer.observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["hidden", "disabled", "data-say", "data-focus", "aria-expanded"],
  });
  document.addEventListener("focusin", noteFocus);
  document.addEventListener("focusout", noteLeft);
}
