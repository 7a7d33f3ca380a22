/* The texts of one state written into the places that carry its names; no component is rebuilt while a student drags. */
import { textOf } from "../controls/values.js";

const EARLIER_FIX = "For where the controls stood before; computed anew when they rest";

/* The part of nested texts that a path names: "status.title"; undefined if there is none. */
export function at(texts, path) {
  return path.split(".").reduce((part, name) => part?.[name], texts);
}

function write(node, text) {
  const wanted = String(text ?? "");
  if (node.textContent !== wanted) node.textContent = wanted;
}

/* The places of a bench, found once for each page. */
function placesOf(benchState) {
  if (benchState.places?.root === benchState.root) return benchState.places;
  const all = (selector) => [...benchState.root.querySelectorAll(selector)];
  benchState.places = {
    root: benchState.root,
    texts: all("[data-paint]"),
    levels: all("[data-level]"),
    tints: all("[data-tint]"),
    bars: all("[data-bar]"),
    shows: all("[data-show]"),
    fixes: all("[data-fix]"),
  };
  return benchState.places;
}

/* What the browser knows without an answer: the values of the controls. */
export function paintValues(benchState) {
  const texts = Object.entries(benchState.spec).map(([name, rule]) => [name, textOf(rule, benchState.values[name])]);
  paintPart(benchState, "values", Object.fromEntries(texts));
}

/* A part that is not of the state: progress_summary, sensitivity. */
export function paintPart(benchState, name, part) {
  for (const node of placesOf(benchState).texts) {
    const path = node.dataset.paint;
    if (path.startsWith(`${name}.`)) write(node, at(part, path.slice(name.length + 1)));
  }
}

/* Say whether the fixes belong to an earlier state: they stay in their places and cannot be pressed. */
export function markFixes(benchState, areEarlier) {
  for (const node of placesOf(benchState).fixes) {
    node.setAttribute("aria-disabled", String(areEarlier));
    node.title = areEarlier ? EARLIER_FIX : "";
  }
}

function withFixes(texts, fixes) {
  return { ...texts, status: { ...texts.status, fixes } };
}

/* Everything that an answer says of the state. A preview has no fixes: those of the state before it stay, marked so. */
export function paintTexts(benchState, answer) {
  const places = placesOf(benchState);
  const texts = answer.preview ? withFixes(answer, benchState.texts.status.fixes) : answer;
  for (const node of places.texts) {
    if (!/^(values|progress_summary|sensitivity)[.]/.test(node.dataset.paint))
      write(node, at(texts, node.dataset.paint));
  }
  for (const node of places.levels) node.dataset.shape = at(texts, node.dataset.level) || "";
  for (const node of places.tints) node.dataset.state = at(texts, node.dataset.tint) || "ok";
  for (const node of places.bars) {
    const reading = at(texts, node.dataset.bar) ?? {};
    node.hidden = (reading.bar ?? null) === null;
    node.style.setProperty("--bar", reading.bar || 0);
    node.style.setProperty("--tick", reading.tick || 0);
    node.dataset.state = reading.level || "";
  }
  for (const node of places.shows) node.hidden = !at(texts, node.dataset.show);
  for (const node of places.fixes) node.hidden = !texts.status.fixes?.[Number(node.dataset.fix)];
  markFixes(benchState, answer.preview || benchState.isMoving);
  benchState.texts = texts;
}
