/* Presses and keys of the page, theme and sheet. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as controlActions from "../../../dashboard/scripts/controls/actions.js";
import { benchStateOf, benchStates } from "../../../dashboard/scripts/controls/bench_states.js";
import { addActions, press } from "../../../dashboard/scripts/page/actions.js";
import * as colours from "../../../dashboard/scripts/page/colours.js";
import * as listeners from "../../../dashboard/scripts/page/listeners.js";
import { holdHeight } from "../../../dashboard/scripts/page/painter.js";
import * as sheet from "../../../dashboard/scripts/page/sheet.js";
import { dataOf, NO_UPDATE, openDash, openStorage, SPEC } from "../support/browser.js";
import { element, openPage } from "../support/elements.js";

const KEY = "edge/paradox";
const PALETTES = [
  { ink: "#111111", paper: "#ffffff" },
  { ink: "#eeeeee", paper: "#000000" },
];
const page = openPage();
const heard = {};
const redrawn = [];
globalThis.window = {
  innerWidth: 800,
  scrollY: 0,
  scrollTo: () => {},
  addEventListener: (name, act) => {
    const earlier = heard[name];
    heard[name] = () => (earlier?.(), act());
  },
  Plotly: { react: (_graph, data, layout) => redrawn.push({ data, layout }) },
  edgelab: { switchTheme: () => page.fire("edgelab:screen", {}) },
};
for (const part of [listeners, controlActions, colours, sheet]) part.install();
let set, kept, root, benchState;

beforeEach(() => {
  set = openDash();
  kept = openStorage();
  redrawn.length = 0;
  root = element("main", { "data-bench": KEY, class: "is-unlocked" });
  const screen = element("div", { id: "screen", "data-palettes": JSON.stringify(PALETTES) });
  page.body.children = [];
  page.body.append(root);
  page.body.append(screen);
  page.body.classList.remove("has-sheet");
  page.activeElement = null;
  globalThis.document = page;
  for (const key of Object.keys(benchStates)) delete benchStates[key];
  benchState = benchStateOf(KEY, SPEC, root);
});
const orders = () => dataOf(set, "slot", "command").map((order) => order.values);

function clicked(name, attributes = {}, around = (node) => node) {
  const node = element("button", { "data-do": name, ...attributes });
  root.append(around(node));
  let prevented = false;
  page.fire("click", { target: node, preventDefault: () => (prevented = true) });
  return { node, prevented };
}
function typed(name, { target = root, ...held } = {}) {
  page.fire("keydown", { key: name, target, preventDefault: () => {}, ...held });
}

test("reset, a default, try again and a preset set their controls", () => {
  const input = element("input");
  assert.equal(clicked("reset").prevented, true);
  clicked("default", {}, (node) => element("div", { "data-control": "share" }, input, node));
  clicked("retry");
  const defaults = { share: 0.01, rounds: 8, codec: "raw", cached: false };
  assert.deepEqual(orders(), [defaults, { share: 0.01 }, {}]);
  assert.equal(page.activeElement, input);
});

test("a preset sets what it names, and the rest to its default; no preset changes nothing", () => {
  globalThis.dash_clientside.callback_context = { inputs_list: [{ id: { bench: KEY } }] };
  const presets = { fleet: { rounds: 2 } };
  assert.equal(controlActions.preset("fleet", presets), "");
  for (const chosen of ["", "none"]) assert.equal(controlActions.preset(chosen, presets), NO_UPDATE);
  assert.deepEqual(orders(), [{ share: 0.01, rounds: 2, codec: "raw", cached: false }]);
});

test("the note of the preset that was chosen is shown, until another is chosen or all is reset", () => {
  globalThis.dash_clientside.callback_context = { inputs_list: [{ id: { bench: KEY } }] };
  const notes = ["fleet", "other"].map((name) => element("p", { "data-preset-note": name, hidden: "" }));
  for (const node of notes) root.append(node);
  const shown = () => notes.map((node) => !node.hidden);
  const presets = { fleet: { rounds: 2 }, other: { rounds: 3 } };
  controlActions.preset("fleet", presets);
  assert.deepEqual(shown(), [true, false]);
  controlActions.preset("other", presets);
  assert.deepEqual(shown(), [false, true]);
  clicked("reset");
  assert.deepEqual(shown(), [false, false]);
});

test("a disabled button and a press beside one do nothing", () => {
  const node = element("button", { "data-do": "reset" });
  node.disabled = true;
  root.append(node);
  page.fire("click", { target: node });
  page.fire("click", { target: root });
  page.fire("click", { target: {} });
  assert.deepEqual(set, []);
});

test("Ctrl+Z undoes, with Shift it redoes, and not while writing", () => {
  benchState.values = { ...benchState.values, rounds: 9 };
  typed("z", { ctrlKey: true, target: element("textarea") });
  typed("z", { ctrlKey: true, target: element("input", { type: "text" }) });
  typed("z");
  assert.equal(benchState.values.rounds, 9);
  typed("z", { ctrlKey: true });
  assert.equal(benchState.values.rounds, 8);
  typed("Z", { metaKey: true, shiftKey: true });
  assert.equal(benchState.values.rounds, 9);
});

test("Escape closes the sheet and leaves a reading's popover", () => {
  const explore = element("section", { class: "explore" }, element("input", { type: "range" }));
  const button = element("button", { class: "sheet-button", "data-do": "sheet", "aria-expanded": "false" });
  root.append(explore);
  root.append(button);
  press("sheet", button, null);
  assert.deepEqual([button.getAttribute("aria-expanded"), button.textContent], ["true", "Close"]);
  assert.equal(page.activeElement, explore.children[0]);
  const reading = element("div", { class: "reading" });
  reading.blur = () => (page.activeElement = null);
  typed("Escape");
  assert.deepEqual([button.getAttribute("aria-expanded"), page.activeElement], ["false", button]);
  page.activeElement = reading;
  typed("Escape");
  assert.equal(page.activeElement, null);
});

test("the values are kept when the page is left, without what stands at its default", () => {
  benchState.values = { ...benchState.values, rounds: 9 };
  heard.pagehide();
  assert.equal(kept.get(`edgelab:${KEY}`), '{"rounds":9}');
  kept.clear();
  root.classList.remove("is-unlocked");
  heard.pagehide();
  assert.equal(kept.size, 0);
});

test("a strip keeps its height until the window has another width", () => {
  const strip = element("section", { class: "status" });
  root.append(strip);
  strip.offsetHeight = 150;
  holdHeight(benchState);
  heard.resize();
  assert.equal(strip.style.minHeight, "150px");
  window.innerWidth = 390;
  heard.resize();
  assert.equal(strip.style.minHeight, "");
  window.innerWidth = 800;
});

test("another theme asks an open bench for its figures anew, all controls", () => {
  clicked("theme");
  assert.deepEqual(orders(), [{}]);
  assert.equal(benchState.sent, null);
  assert.deepEqual(redrawn, []);
});

test("before the lock frames change their colours here, to the theme that is on now", () => {
  root.classList.remove("is-unlocked");
  const graph = element("div", { class: "js-plotly-plot" });
  graph.layout = { font: { color: "#eeeeee" }, title: "#eeeeee is no colour here", paper_bgcolor: "#000000", width: 5 };
  graph.data = [{ x: [1, 2], line: { color: "#eeeeee" } }];
  root.append(graph);
  page.documentElement.dataset.theme = "light";
  clicked("theme");
  assert.deepEqual(redrawn, [
    {
      data: [{ x: [1, 2], line: { color: "#111111" } }],
      layout: { font: { color: "#111111" }, title: "#eeeeee is no colour here", paper_bgcolor: "#ffffff", width: 5 },
    },
  ]);
  graph.layout = redrawn[0].layout;
  page.documentElement.dataset.theme = "dark";
  clicked("theme");
  assert.equal(redrawn[1].layout.font.color, "#eeeeee");
  assert.deepEqual(set, []);
});

test("a bench that left the page is not asked", () => {
  root.isConnected = false;
  clicked("theme");
  assert.deepEqual(set, []);
});

test("an action has one meaning, and one that is missing is an error", () => {
  assert.throws(() => addActions({ undo: () => {} }), /undo is there already/);
  assert.throws(() => press("nothing", null, null), /no action nothing/);
  assert.throws(() => press("toString", null, null), /no action toString/);
});
