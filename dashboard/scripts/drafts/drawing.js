/* A prediction that is drawn: five handles over the boxes of their heights, which are all that is kept and sent.

   A hand draws through the handles' columns, arrow keys move one handle, a box takes a number. The number that was asked
   for is read off a whole drawing and put into its box. */
import { addActions } from "../page/actions.js";
import { callbackContext, domId, noUpdate, setProps } from "../shared/dash.js";
import { read } from "../numbers/read.js";
import { inWords, quantity, threeDigits } from "../numbers/write.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 196;
const PLOT = { left: 40, right: 0, top: 12, bottom: 8 };
const KEYS = { ArrowUp: 5, ArrowRight: 5, ArrowDown: -5, ArrowLeft: -5, PageUp: 50, PageDown: -50 };
const SETTLE_MS = 400;
const SLOP = 10; // pixels that a finger moves without meaning to

function make(name, attributes, parent) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  parent?.append(node);
  return node;
}

function specOf(root) {
  return JSON.parse(root.dataset.curve);
}

function boxesOf(root) {
  return [...root.querySelectorAll(".anchor input")];
}

function textsOf(root) {
  return boxesOf(root).map((box) => box.value);
}

/* The heights in the boxes, NaN where there is none that the figure can show. */
export function heightsOf(spec, texts) {
  return texts.map((text) => {
    const height = text.trim() ? read(text, spec.unit, spec.suffix) : NaN;
    return height >= spec.low && height <= spec.high ? height : NaN;
  });
}

/* The number that is read off five heights; NaN while one is missing. */
export function numberOf(spec, heights) {
  return heights.reduce((sum, height, at) => sum + spec.weights[at] * height, 0);
}

/* A height as it stands in its box, beside the suffix. */
export function textOf(spec, height) {
  if (spec.unit !== "share") return inWords(height, spec.unit);
  return String(Number((100 * height).toFixed(1)));
}

export function onGrid(spec, height) {
  const inside = Math.min(Math.max(height, spec.low), spec.high);
  return Number((spec.low + Math.round((inside - spec.low) / spec.step) * spec.step).toPrecision(9));
}

/* Put a text into a box as a hand would: Dash and the drafts listen to the same event. */
function enter(input, text) {
  if (!input || input.value === text) return;
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, text);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function set(root, at, height) {
  const spec = specOf(root);
  put(boxesOf(root)[at], textOf(spec, onGrid(spec, height)));
}

/* Enter a text, and tell Dash of it as well: its own look at a box comes later than the next move of a stroke, and would
   put back what the box held before. */
function put(input, text) {
  enter(input, text);
  setProps(JSON.parse(input.id), { value: text });
}

/* Read the number off the drawing into its box, once the hand has rested. */
const timers = new WeakMap();
function readOff(root) {
  clearTimeout(timers.get(root));
  const fill = () => {
    const spec = specOf(root);
    const number = numberOf(spec, heightsOf(spec, textsOf(root)));
    const value = root.closest(".answer")?.querySelector(".value-box input");
    if (Number.isFinite(number)) enter(value, threeDigits(Number(number.toPrecision(3))));
  };
  timers.set(root, setTimeout(fill, SETTLE_MS));
}

function frame(root) {
  const place = root.querySelector(".draw-place");
  const width = place.clientWidth || 280;
  const inner = width - PLOT.left - PLOT.right;
  const spec = specOf(root);
  return {
    place,
    spec,
    width,
    column: (at) => PLOT.left + (inner * (at + 0.5)) / spec.names.length,
    nearest: (x) => {
      const at = Math.floor(((x - PLOT.left) / inner) * spec.names.length);
      return Math.min(Math.max(at, 0), spec.names.length - 1);
    },
    up: (height) => PLOT.top + (HEIGHT - PLOT.top - PLOT.bottom) * (1 - (height - spec.low) / (spec.high - spec.low)),
    height: (y) => spec.low + (1 - (y - PLOT.top) / (HEIGHT - PLOT.top - PLOT.bottom)) * (spec.high - spec.low),
  };
}

/* Draw what the boxes hold. The handles stay, so that one keeps the focus. */
function draw(root) {
  const { place, spec, width, column, up } = frame(root);
  const heights = heightsOf(spec, textsOf(root));
  let svg = place.querySelector("svg");
  if (!svg || svg.getAttribute("width") !== String(width)) {
    svg?.remove();
    const size = { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` };
    svg = make("svg", { ...size, role: "group", "aria-label": spec.label }, place);
    for (const [value, text] of spec.ticks) {
      make("line", { x1: PLOT.left, x2: width, y1: up(value), y2: up(value), class: "draw-grid" }, svg);
      make("text", { x: PLOT.left - 8, y: up(value) + 4, class: "draw-tick" }, svg).textContent = text;
    }
    make("path", { class: "draw-line" }, svg);
    spec.names.forEach((name, at) => {
      make(
        "line",
        { x1: column(at), x2: column(at), y1: PLOT.top, y2: HEIGHT - PLOT.bottom, class: "draw-guide" },
        svg,
      );
      const role = {
        role: "slider",
        tabindex: 0,
        "aria-label": `${spec.label}: ${name}`,
        "aria-orientation": "vertical",
      };
      const ends = { "aria-valuemin": spec.low, "aria-valuemax": spec.high, "data-at": at, class: "draw-handle" };
      const handle = make("g", { ...role, ...ends }, svg);
      make("circle", { r: 16, class: "draw-reach" }, handle);
      make("circle", { r: 6, class: "draw-dot" }, handle);
    });
  }
  const drawn = heights.map((height, at) => [column(at), up(height)]).filter(([, y]) => Number.isFinite(y));
  svg.querySelector(".draw-line").setAttribute("d", drawn.map(([x, y], n) => `${n ? "L" : "M"}${x} ${y}`).join(""));
  for (const handle of svg.querySelectorAll(".draw-handle")) {
    const at = Number(handle.dataset.at);
    const isSet = Number.isFinite(heights[at]);
    const height = isSet ? heights[at] : spec.low;
    handle.classList.toggle("is-set", isSet);
    handle.setAttribute("transform", `translate(${column(at)} ${up(height)})`);
    handle.setAttribute("aria-valuenow", height);
    handle.setAttribute("aria-valuetext", isSet ? quantity(height, spec.unit).join(" ") : "not drawn");
  }
}

function rootAround(node) {
  return node.closest?.("[data-curve]");
}

/* The stroke under way: its pointer, its figure, where it began, and whether it draws already. A finger beside the
   handles may want to scroll the page: it draws once it has gone across, or is lifted where it was put. */
let stroke = null;

function drawAt(svg, { clientX, clientY }) {
  const root = rootAround(svg);
  const box = svg.getBoundingClientRect();
  const { nearest, height } = frame(root);
  set(root, nearest(clientX - box.left), height(clientY - box.top));
  return nearest(clientX - box.left);
}

function startDrawing() {
  stroke.draws = true;
  const at = drawAt(stroke.svg, stroke.from);
  stroke.svg.querySelectorAll(".draw-handle")[at].focus({ preventScroll: true });
}

function onPress(event) {
  const svg = event.target.closest?.(".draw-place svg");
  if (!svg || event.button > 0 || !event.isPrimary) return;
  event.preventDefault();
  stroke = { pointer: event.pointerId, svg, from: event, draws: false };
  if (event.pointerType === "touch" && !event.target.closest(".draw-handle")) return;
  svg.setPointerCapture?.(event.pointerId);
  startDrawing();
}

function onMove(event) {
  if (stroke?.pointer !== event.pointerId) return;
  const [across, along] = [event.clientX - stroke.from.clientX, event.clientY - stroke.from.clientY].map(Math.abs);
  if (!stroke.draws && across <= Math.max(along, SLOP)) return;
  if (!stroke.draws) startDrawing();
  drawAt(stroke.svg, event);
}

function onLift(event) {
  if (stroke?.pointer !== event.pointerId) return;
  const far = Math.hypot(event.clientX - stroke.from.clientX, event.clientY - stroke.from.clientY);
  if (event.type === "pointerup" && !stroke.draws && far <= SLOP) startDrawing();
  stroke = null;
}

function onKey(event) {
  const handle = event.target.closest?.(".draw-handle");
  if (!handle) return;
  const root = rootAround(handle);
  const spec = specOf(root);
  const at = Number(handle.dataset.at);
  const now = heightsOf(spec, textsOf(root))[at];
  const ends = { Home: spec.low, End: spec.high };
  if (!(event.key in KEYS) && !(event.key in ends)) return;
  event.preventDefault();
  const middle = (spec.low + spec.high) / 2;
  set(root, at, ends[event.key] ?? (Number.isFinite(now) ? now + KEYS[event.key] * spec.step : middle));
}

/* Draw what a box holds now; what is read off goes into the value's box. */
function onEntry({ target }) {
  const root = target.matches?.(".anchor input") && rootAround(target);
  if (!root) return;
  draw(root);
  readOff(root);
}

/* dash_clientside.lab.drawing_changed: a card came to stand, or a draft was filled in. */
export function drawingChanged() {
  const place = callbackContext().outputs_list.id;
  setTimeout(() => {
    const node = document.getElementById(domId(place));
    if (node) draw(rootAround(node));
  }, 0);
  return noUpdate();
}

export function install() {
  document.addEventListener("input", onEntry);
  document.addEventListener("pointerdown", onPress);
  document.addEventListener("pointermove", onMove);
  for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, onLift);
  document.addEventListener("keydown", onKey);
  globalThis.addEventListener?.("resize", () => document.querySelectorAll("[data-curve]").forEach(draw));
  addActions({
    clear_drawing: (node) => boxesOf(rootAround(node)).forEach((box) => put(box, "")),
  });
}
