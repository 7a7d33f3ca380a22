/* The classic script in the head: theme and size before the first paint. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";
import { element, openPage } from "./support/elements.js";

const SOURCE = readFileSync(new URL("../../dashboard/assets/boot.js", import.meta.url), "utf8");

/* Run the script on a new page; storage is a map, or null where the browser blocks it. */
function booted({ dark = false, narrow = false, low = false, storage = new Map() } = {}) {
  const queries = { dark: { matches: dark }, narrow: { matches: narrow }, low: { matches: low } };
  const page = openPage();
  const told = [];
  page.dispatchEvent = (event) => told.push(event.type);
  const observed = [];
  class MutationObserver {
    constructor(act) {
      observed.push(act);
    }
    observe() {}
  }
  for (const query of Object.values(queries)) query.addEventListener = (_name, act) => (query.change = act);
  const heard = {};
  const own = {
    addEventListener: (name, act) => (heard[name] = act),
    location: { reload: () => told.push("reload") },
    matchMedia: (text) =>
      text.includes("dark") ? queries.dark : text.includes("height") ? queries.low : queries.narrow,
    get localStorage() {
      if (storage === null) throw new Error("SecurityError");
      return { getItem: (name) => storage.get(name) ?? null, setItem: (name, text) => storage.set(name, text) };
    },
  };
  vm.runInNewContext(SOURCE, { window: own, document: page, MutationObserver, CustomEvent });
  return { page, told, observed, queries, heard, window: own, theme: () => page.documentElement.dataset.theme };
}

test("the theme is the chosen one, else the system's; what is no theme is not taken", () => {
  assert.equal(booted({ dark: true }).theme(), "dark");
  assert.equal(booted({ dark: true, storage: new Map([["edgelab-theme", "light"]]) }).theme(), "light");
  assert.equal(booted({ storage: new Map([["edgelab-theme", "<b>"]]) }).theme(), "light");
  assert.equal(booted({ dark: true, storage: null }).theme(), "dark");
});

test("the server is told of theme and size, and the page of every change", () => {
  const { page, told, queries } = booted({ narrow: true });
  assert.match(page.cookie, /^edgelab_screen=light\.narrow;path=\/;SameSite=Lax;/);
  queries.dark.matches = true;
  queries.dark.change();
  assert.match(page.cookie, /^edgelab_screen=dark\.narrow;/);
  queries.narrow.matches = false;
  queries.narrow.change();
  assert.match(page.cookie, /^edgelab_screen=dark\.wide;/);
  queries.low.matches = true;
  queries.low.change();
  assert.match(page.cookie, /^edgelab_screen=dark\.wide\.low;/);
  assert.deepEqual(told, Array(4).fill("edgelab:screen"));
});

for (const storage of [new Map(), null]) {
  test(`the theme is switched there and back, storage ${storage ? "open" : "blocked"}`, () => {
    const { window, theme, page } = booted({ storage });
    window.edgelab.switchTheme();
    assert.equal(theme(), "dark");
    assert.equal(page.documentElement.dataset.bsTheme, "dark");
    assert.equal(storage?.get("edgelab-theme"), storage ? "dark" : undefined);
    window.edgelab.switchTheme();
    assert.equal(theme(), "light");
  });
}

test("parts that come as HTML are put into place once", () => {
  const { page, observed } = booted();
  const part = element("div", { "data-html": "<p>2.56</p>" });
  page.body.append(part);
  observed[0]();
  assert.equal(part.innerHTML, "<p>2.56</p>");
  assert.equal(part.getAttribute("data-html"), null);
});

test("a script or a style that does not arrive is said once, with the one way on", () => {
  const { page, heard, told } = booted();
  const lost = (tagName, rel) => heard.error({ target: { tagName, rel } });
  for (const [tag, rel] of [["IMG"], ["LINK", "preload"]]) lost(tag, rel);
  heard.error({ target: null });
  assert.equal(page.body.children.length, 0);
  lost("SCRIPT");
  lost("LINK", "stylesheet");
  const [bar, ...more] = page.body.children;
  assert.deepEqual(more, []);
  assert.match(bar.textContent, /^A part of this page did not arrive/);
  bar.children[1].listeners.click();
  assert.equal(told.at(-1), "reload");
});
