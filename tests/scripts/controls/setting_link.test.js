/* A setting as an address: what was linked comes back, and what no control can take does not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ignoredWords, linkOf, linkedValues, withoutLink } from "../../../dashboard/scripts/controls/setting_link.js";

const SPEC = {
  rounds: { kind: "slider", default: 10, min: 1, max: 100, step: 1, log: false, whole: true },
  share: { kind: "slider", default: 0.01, min: 0.001, max: 0.1, step: 0.02, log: true, whole: false },
  codec: { kind: "choice", default: "none", texts: { none: "none", int8: "int8" } },
  cached: { kind: "toggle", default: false },
};
const PAGE = "http://lab/a/b?context=federated";

test("what a link names is what was set, and the rest of the address stays", () => {
  const values = { rounds: 30, share: 0.0123, codec: "int8", cached: true };
  const link = linkOf(PAGE, SPEC, values);
  assert.deepEqual(linkedValues(new URL(link).search, SPEC), values);
  assert.equal(new URL(link).searchParams.get("context"), "federated");
  assert.equal(withoutLink(link), PAGE);
});

test("controls at their defaults are not named, and a link to them all is one", () => {
  const link = linkOf(PAGE, SPEC, { rounds: 10, share: 0.01, codec: "none", cached: false });
  assert.deepEqual(linkedValues(new URL(link).search, SPEC), {});
  assert.equal(linkedValues("?context=federated", SPEC), null);
});

test("what no control can take is left out, and a number beyond a slider's end is its end", () => {
  for (const text of [
    "nothing:1",
    "rounds",
    "rounds:",
    "rounds:NaN",
    "rounds:Infinity",
    "codec:toString",
    "cached:1",
    ":::",
    "",
  ])
    assert.deepEqual(linkedValues(`?s=${encodeURIComponent(text)}`, SPEC), {}, text);
  assert.deepEqual(linkedValues("?s=rounds:1e9;share:-5", SPEC), { rounds: 100, share: 0.001 });
  assert.deepEqual(linkedValues("?s=__proto__:1;constructor:2", SPEC), {});
});

test("what is ignored is named, and whether anything was set", () => {
  assert.equal(ignoredWords("?s=rounds:30", SPEC), "");
  assert.equal(ignoredWords("?context=x", SPEC), "");
  assert.equal(
    ignoredWords(`?s=${encodeURIComponent("rounds:30;codec:zip")}`, SPEC),
    "The address names a setting that this bench cannot take: “codec:zip”. The rest of it is set.",
  );
  const nonsense = ignoredWords(`?s=${encodeURIComponent("<b>;x:1;y:2;z:3")}`, SPEC);
  assert.equal(
    nonsense,
    "The address names a setting that this bench cannot take: “<b>”, “x:1”, “y:2” and 1 more. " +
      "The controls stand at their defaults.",
  );
});
