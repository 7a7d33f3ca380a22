/* Requests that are held until they are answered. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as held from "../../../dashboard/scripts/requests/held.js";
import { answer, settled } from "./support.js";

let answers, sent;

beforeEach(() => {
  answers = [];
  sent = [];
});

/* Send to a server whose answers are those that are listed: a status, or an Error, or never where there is none. */
const send = (signal) =>
  new Promise((done, fail) => {
    sent.push(signal);
    signal.addEventListener("abort", () => fail(new DOMException("aborted", "AbortError")));
    const next = answers.shift();
    if (next instanceof Error) fail(next);
    else if (next) done(answer(next, next === 503 ? '{"error":"The ledger is busy."}' : "<html>"));
  });

function timed(name, act) {
  test(name, async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    await act(t.mock.timers);
  });
}

timed("a passing trouble is sent again, later each time, and the answer comes to whoever asked", async (timers) => {
  answers = [502, new TypeError("Failed to fetch"), 503, 200];
  const troubles = [];
  const response = held.hold(send, { onTrouble: (problem) => troubles.push(problem) });
  const passes = async (pause, count) => {
    await settled();
    timers.tick(pause - 1);
    await settled();
    assert.equal(sent.length, count - 1);
    timers.tick(1);
    await settled();
    assert.equal(sent.length, count);
  };
  await passes(500, 2);
  await passes(1000, 3);
  await passes(2000, 4);
  assert.equal((await response).status, 200);
  assert.deepEqual(troubles, [
    "The server could not answer. Your entries are kept.",
    held.NO_CONNECTION,
    "The ledger is busy.",
  ]);
  assert.deepEqual(held.troubled(), []);
});

for (const status of [400, 403, 422, 500]) {
  timed(`what is refused is no passing trouble: ${status}`, async () => {
    answers = [status];
    assert.equal((await held.hold(send)).status, status);
    assert.equal(sent.length, 1);
  });
}

timed("one that never ends is seen after three seconds and can be sent again at once", async (timers) => {
  const response = held.hold(send);
  timers.tick(2999);
  assert.deepEqual(held.troubled(), []);
  timers.tick(1);
  assert.equal(held.troubled().length, 1);
  answers = [200];
  held.retryNow();
  await settled();
  assert.deepEqual([sent.length, sent[0].aborted], [2, true]);
  assert.equal((await response).status, 200);
});

timed("one that is lost after it was sent again by hand waits for its pause as any other", async (timers) => {
  const response = held.hold(send);
  timers.tick(3000);
  answers = [new TypeError("Failed to fetch"), 200];
  held.retryNow();
  await settled();
  assert.equal(sent.length, 2);
  timers.tick(500);
  assert.equal((await response).status, 200);
  assert.equal(sent.length, 3);
});

timed("it can be given up, while it is on its way and while it waits", async (timers) => {
  const hanging = held.hold(send);
  timers.tick(3000);
  held.giveUp();
  await assert.rejects(hanging, /given up/);
  answers = [502];
  const waiting = held.hold(send);
  await settled();
  held.giveUp();
  await assert.rejects(waiting, /given up/);
  assert.equal(sent.length, 2);
  assert.deepEqual(held.troubled(), []);
});

timed("when the connection is back nothing waits for its pause to end", async () => {
  answers = [new TypeError("Failed to fetch"), 200];
  const response = held.hold(send);
  await settled();
  held.wakeAll();
  assert.equal((await response).status, 200);
});

timed("what is over a limit is sent again when the server says, or by hand before", async (timers) => {
  const limited = (after) => () => answer(429, '{"error":"Go on in 40 seconds."}', { "Retry-After": after });
  const queue = [limited("40"), limited("40"), limited("x"), () => answer(200)];
  let count = 0;
  const troubles = [];
  const asking = held.hold(async () => queue[count++](), { onTrouble: (problem) => troubles.push(problem) });
  await settled();
  timers.tick(39_999);
  await settled();
  assert.equal(count, 1);
  assert.equal(held.troubled()[0].problem, "Go on in 40 seconds.");
  timers.tick(1);
  await settled();
  assert.equal(count, 2);
  held.retryNow();
  await settled();
  assert.equal(count, 3, "the student may ask before");
  timers.tick(2000);
  assert.equal((await asking).status, 200, "what is no number of seconds is as if nothing was said");
  assert.equal(troubles.length, 3);
});

test("no answer makes a page wait longer than an hour", () => {
  const waits = ["17", "1e99", "-5", "", "Wed, 21 Oct 2026 07:28:00 GMT"];
  assert.deepEqual(
    waits.map((asked) => held.askedWait(answer(429, "{}", { "Retry-After": asked }))),
    [17_000, 3_600_000, 0, 0, 0],
  );
  assert.equal(held.askedWait(answer(503)), 0);
});
