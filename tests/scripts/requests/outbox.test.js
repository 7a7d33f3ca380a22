/* What waits in the browser: once each, on the device too, and nothing that was changed there by hand is sent. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { writeOf } from "../../../dashboard/scripts/requests/kinds.js";
import * as outbox from "../../../dashboard/scripts/requests/outbox.js";
import { blockStorage, openDevice } from "../support/browser.js";
import { recording, STUDENT } from "./support.js";

let device;
const put = (rounds, at) => outbox.put(STUDENT, writeOf(recording(rounds, at)), recording(rounds, at));
const names = () => Object.keys(device);

beforeEach(() => {
  device = openDevice();
  for (const entry of outbox.waiting()) outbox.remove(entry);
});

test("a write stands on the device under its key until it is removed", () => {
  const entry = put(8);
  assert.match(entry.key, /^[0-9a-f]{32}$/);
  assert.deepEqual(names(), [`edgelab-outbox:${STUDENT}:${entry.key}`]);
  assert.equal(JSON.parse(device[names()[0]]).body, recording(8));
  outbox.remove(entry);
  assert.deepEqual([names(), outbox.waiting()], [[], []]);
});

test("the same again is the entry that waits already, another is another", () => {
  const entry = put(8, 1);
  assert.equal(put(8, 2), entry);
  assert.notEqual(put(9, 3).key, entry.key);
  assert.equal(outbox.waiting().length, 2);
});

test("marks that are changed back while nothing can be saved end as they were given last", () => {
  const mark = (marks) => outbox.put(STUDENT, { bench: "edge/paradox", name: "mark", content: marks }, marks);
  for (const marks of ["0", "2", "2", "0"]) mark(marks);
  assert.deepEqual(
    outbox.waiting().map((entry) => entry.body),
    ["0", "2", "0"],
  );
});

test("ten thousand presses are one entry", () => {
  for (let n = 0; n < 10_000; n += 1) put(8, n);
  assert.equal(names().length, 1);
});

test("what an earlier page left is taken in, oldest first, once, and another student's is not", () => {
  const later = put(9);
  const kept = { ...device };
  outbox.remove(later);
  Object.assign(device, kept);
  const earlier = "f".repeat(32);
  device[`edgelab-outbox:${STUDENT}:${earlier}`] = JSON.stringify({ key: earlier, at: "2020", body: recording(8) });
  device[`edgelab-outbox:fedcba9876543210:${earlier}`] = JSON.stringify({
    key: earlier,
    at: "2020",
    body: recording(8),
  });
  assert.deepEqual(
    outbox.takeIn(STUDENT).map((entry) => entry.key),
    [earlier, later.key],
  );
  assert.deepEqual(outbox.takeIn(STUDENT), []);
  assert.equal(put(8).key, earlier, "a press joins what was left");
});

test("what was forged is said, never sent, and can be taken away", () => {
  const key = "a".repeat(32);
  const forged = [
    "no JSON",
    "null",
    "[]",
    "{}",
    JSON.stringify({ key, at: "now", body: 7 }),
    JSON.stringify({ key, at: "now", body: "{}" }),
    JSON.stringify({ key: "other", at: "now", body: recording(8) }),
    JSON.stringify({ key, body: recording(8) }),
  ];
  for (const text of forged) {
    device[`edgelab-outbox:${STUDENT}:${key}`] = text;
    assert.deepEqual(outbox.takeIn(STUDENT), [], text);
    const [entry] = outbox.waiting();
    assert.deepEqual([entry.isRefused, entry.body], [true, text]);
    assert.match(entry.problem, /no event of this page/);
    assert.match(outbox.asText(), new RegExp(`"key": "${key}"`));
    outbox.remove(entry);
    assert.deepEqual(names(), []);
  }
});

test("without storage an entry waits in the tab alone, and says so", () => {
  device.setItem = () => {
    throw new Error("QuotaExceededError");
  };
  const entry = put(8);
  assert.deepEqual([entry.isKept, outbox.waiting().length], [false, 1]);
  outbox.remove(entry);
  blockStorage();
  assert.equal(put(8).isKept, false);
  assert.deepEqual(outbox.takeIn("00"), []);
});

test("without an identity nothing is left on the device for whoever comes next", () => {
  assert.equal(outbox.put("", writeOf(recording(8)), recording(8)).isKept, false);
  assert.deepEqual(names(), []);
});
