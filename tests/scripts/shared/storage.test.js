import assert from "node:assert/strict";
import { test } from "node:test";
import * as storage from "../../../dashboard/scripts/shared/storage.js";
import { blockStorage, openDevice, openStorage } from "../support/browser.js";

test("what is saved of one bench is loaded of it, and of no other", () => {
  openStorage();
  storage.saveValues("a/b", { rounds: 9, cached: false });
  storage.savePins("a/b", [3, 1]);
  storage.saveChoice("context", "off");
  assert.deepEqual(storage.loadValues("a/b"), { rounds: 9, cached: false });
  assert.deepEqual(storage.loadPins("a/b"), [3, 1]);
  assert.equal(storage.loadChoice("context"), "off");
  assert.deepEqual([storage.loadValues("a/c"), storage.loadPins("a/c"), storage.loadChoice("x")], [{}, [], null]);
});

test("what an older version left, or another hand, is not taken", () => {
  const kept = openStorage();
  for (const text of ["{", "null", "7", '"x"', "[1]", ""]) {
    kept.set("edgelab:a/b", text);
    assert.deepEqual(storage.loadValues("a/b"), {}, text);
  }
  for (const [text, pins] of [
    ["{", []],
    ["null", []],
    ['{"0":1}', []],
    ['[1,"2",3.5,null,4]', [1, 4]],
  ]) {
    kept.set("edgelab-pins:a/b", text);
    assert.deepEqual(storage.loadPins("a/b"), pins, text);
  }
});

test("what is kept on the device is found by its prefix, until it is dropped", () => {
  const device = openDevice();
  assert.equal(storage.keepOnDevice("edgelab-draft:s:a/b:x", "1"), true);
  storage.keepOnDevice("edgelab-outbox:s:k", "2");
  assert.deepEqual(storage.namesOnDevice("edgelab-draft:"), ["edgelab-draft:s:a/b:x"]);
  assert.equal(storage.loadFromDevice("edgelab-outbox:s:k"), "2");
  storage.dropFromDevice("edgelab-outbox:s:k");
  assert.equal(storage.loadFromDevice("edgelab-outbox:s:k"), null);
  device.setItem = () => {
    throw new Error("QuotaExceededError");
  };
  assert.equal(storage.keepOnDevice("x", "1"), false, "full");
});

test("storage that a browser blocks is as good as none", () => {
  blockStorage();
  assert.equal(storage.keepOnDevice("x", "1"), false);
  storage.dropFromDevice("x");
  assert.deepEqual([storage.namesOnDevice(""), storage.loadFromDevice("x")], [[], null]);
  storage.saveValues("a/b", { rounds: 9 });
  assert.deepEqual([storage.loadValues("a/b"), storage.loadPins("a/b"), storage.loadChoice("x")], [{}, [], null]);
});

test("two labs on one host, under two paths, see nothing of each other's", () => {
  const device = openDevice();
  openStorage();
  const at = (lab, act) => {
    globalThis.document = { documentElement: { dataset: { lab } } };
    return act();
  };
  const name = "edgelab-draft:s:a/b:x";
  for (const lab of ["/spring/", "/autumn/", "/"]) {
    at(lab, () => storage.keepOnDevice(name, lab));
    at(lab, () => storage.saveChoice("context", lab));
  }
  for (const lab of ["/spring/", "/autumn/", "/"]) {
    assert.equal(
      at(lab, () => storage.loadFromDevice(name)),
      lab,
    );
    assert.equal(
      at(lab, () => storage.loadChoice("context")),
      lab,
    );
    assert.deepEqual(
      at(lab, () => storage.namesOnDevice("edgelab-draft:")),
      [name],
    );
  }
  at("/spring/", () => storage.dropFromDevice(name));
  assert.deepEqual(Object.keys(device).toSorted(), [`/autumn/${name}`, name].toSorted());
  delete globalThis.document;
});
