/* The texts of one state written into the places that carry its names; no component is rebuilt while a student drags. */
import { isPending, LEVEL_WORDS, showState } from "../access/summary.js";
import { textOf } from "../controls/values.js";

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
    targets: all("[data-targets]"),
    lists: all("[data-list]"),
  };
  return benchState.places;
}

/* What the browser knows without an answer: the values of the controls. */
export function paintValues(benchState) {
  const texts = Object.entries(benchState.spec).map(([name, rule]) => [name, textOf(rule, benchState.values[name])]);
  paintPart(benchState, "values", Object.fromEntries(texts));
}

/* A part that is not of the state: progress_summary, hint. */
export function paintPart(benchState, name, part) {
  for (const node of placesOf(benchState).texts) {
    const path = node.dataset.paint;
    if (path.startsWith(`${name}.`)) write(node, at(part, path.slice(name.length + 1)));
  }
}

/* A status by its shape, which a reader says in a word. */
function paintLevel(node, level) {
  if (node.dataset.shape === level) return;
  node.dataset.shape = level;
  const words = LEVEL_WORDS[level];
  node.setAttribute("aria-hidden", String(!words));
  node.setAttribute("role", words ? "img" : "presentation");
  if (words) node.setAttribute("aria-label", words);
  else node.removeAttribute("aria-label");
}

/* The targets of a state in which nothing fails, each with its shape. */
function paintTargets(place, targets) {
  place.hidden = targets.length === 0;
  place.replaceChildren(
    ...targets.map(({ level, text }) => {
      const shape = document.createElement("span");
      shape.className = "shape shape-14";
      paintLevel(shape, level);
      const item = document.createElement("li");
      item.append(shape, text);
      return item;
    }),
  );
}

/* A list of texts; it is made anew only where they are others. */
function paintList(place, texts) {
  const items = [...place.children];
  if (items.length === texts.length && items.every((item, n) => item.textContent === texts[n])) return;
  place.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
}

/* The width of the window for which strips keep their heights. */
let heldWidth = 0;

/* The strip never gets lower while its page stands, so that nothing below it jumps: neither when values that were asked
   for go with the next move, nor from one cause to a shorter one. */
export function holdHeight({ root }) {
  const strip = root.querySelector(".status");
  if (!strip) return;
  heldWidth = window.innerWidth;
  strip.style.minHeight = `${strip.offsetHeight}px`;
}

/* Another width needs other lines: the strips are as high as what they say. */
export function freeHeights() {
  if (window.innerWidth === heldWidth) return;
  for (const strip of document.querySelectorAll(".status")) strip.style.minHeight = "";
}

/* Everything that an answer says of the state. */
export function paintTexts(benchState, texts) {
  const places = placesOf(benchState);
  for (const node of places.texts) {
    if (!/^(values|progress_summary|hint)[.]/.test(node.dataset.paint)) write(node, at(texts, node.dataset.paint));
  }
  for (const node of places.levels) paintLevel(node, at(texts, node.dataset.level) || "");
  for (const node of places.tints) node.dataset.state = at(texts, node.dataset.tint) || "ok";
  for (const node of places.bars) {
    const reading = at(texts, node.dataset.bar) ?? {};
    node.hidden = (reading.bar ?? null) === null;
    node.style.setProperty("--bar", reading.bar || 0);
    node.style.setProperty("--tick", reading.tick || 0);
    node.dataset.state = reading.level || "";
  }
  for (const node of places.shows) node.hidden = !at(texts, node.dataset.show);
  for (const node of places.lists) paintList(node, at(texts, node.dataset.list) ?? []);
  for (const node of places.targets) paintTargets(node, at(texts, node.dataset.targets) ?? []);
  benchState.texts = texts;
}

const LOOK_MS = 16;
const MOST_LOOKS = 190; // about three seconds; then the texts are shown without the figures

/* Show what was hidden since the page came to stand: once each figure is drawn, so that texts and figures are of one
   answer. */
export function showWhenDrawn(benchState, looks = 0) {
  const { root } = benchState;
  if (!isPending(benchState)) return;
  const graphs = [...root.querySelectorAll(".figures .graph")];
  if (looks < MOST_LOOKS && graphs.some((graph) => !graph.querySelector(".js-plotly-plot"))) {
    setTimeout(() => showWhenDrawn(benchState, looks + 1), LOOK_MS);
    return;
  }
  root.classList.remove("is-pending");
  showState(benchState);
}
