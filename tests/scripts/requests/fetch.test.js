/* Every request through one fetch: whose page it is, what is held, what is written once. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { watchedFetch } from "../../../dashboard/scripts/requests/fetch.js";
import { waiting, remove } from "../../../dashboard/scripts/requests/outbox.js";
import { isSaving } from "../../../dashboard/scripts/requests/writes.js";
import { listen } from "../../../dashboard/scripts/shared/events.js";
import { openDevice } from "../support/browser.js";
import { answer, recording, settled, STUDENT } from "./support.js";

const UPDATE = "/lab/_dash-update-component";
const SOLVING = JSON.stringify({ outputs: [{ id: { kind: "slot", bench: "a/b", name: "texts" }, property: "data" }] });
let sent, server, said, watched;
const told = { saved: [], outdated: 0 };
listen("saved", (moment) => told.saved.push(moment));
listen("outdated", () => (told.outdated += 1));

beforeEach(() => {
  openDevice();
  for (const entry of waiting()) remove(entry);
  Object.assign(told, { saved: [], outdated: 0 });
  sent = [];
  said = [];
  server = () => answer();
  const plain = async (url, options) => {
    sent.push({ url, body: options.body, headers: new Headers(options.headers), signal: options.signal });
    return server(sent.at(-1));
  };
  watched = watchedFetch(plain, {
    failed: (...all) => said.push(all),
    problem: (sentence) => said.push(sentence),
  });
});
const keys = () => sent.map((request) => request.headers.get("Idempotency-Key"));
const post = (body) => watched.fetch(UPDATE, { method: "POST", body });

test("what is no request of Dash passes through", async () => {
  await watched.fetch("/lab/assets/x.css", {});
  assert.deepEqual([sent[0].url, sent[0].headers.get("Edgelab-Student")], ["/lab/assets/x.css", null]);
});

test("a page learns whose it is from the first answer, says so, and sends what was left before it asks for a page", async () => {
  const body = recording(3);
  const key = "c".repeat(32);
  globalThis.localStorage.setItem(`edgelab-outbox:${STUDENT}:${key}`, JSON.stringify({ key, at: "2020", body }));
  let release;
  server = ({ url }) => {
    if (url.endsWith("_dash-layout")) return answer(200, "{}", { "Edgelab-Student": STUDENT });
    return new Promise((done) => (release = () => done(answer(200, "{}", { "Edgelab-Saved": "2026-01-01" }))));
  };
  await watched.fetch("/lab/_dash-layout", {});
  const page = post('{"outputs":{"id":"page","property":"children"}}');
  await settled();
  assert.deepEqual(
    sent.slice(1).map((request) => [request.url, request.headers.get("Edgelab-Student"), request.body]),
    [[UPDATE, STUDENT, body]],
    "the page waits for it",
  );
  assert.deepEqual(keys(), [null, key]);
  release();
  await settled();
  assert.equal(sent.length, 3);
  release();
  await page;
  assert.deepEqual(told.saved, ["2026-01-01"]);
  assert.deepEqual(waiting(), []);
});

/* An answer whose server ends after the status and a part of the text. */
function cutOff(headers = {}) {
  const body = new ReadableStream({
    start(stream) {
      stream.enqueue(new TextEncoder().encode('{"response":'));
      stream.error(new TypeError("network error"));
    },
  });
  return new Response(body, { status: 200, headers });
}

test("an answer that is cut off is none: a write is sent again under its key, a state is said to be lost", async () => {
  const answers = [cutOff({ "Edgelab-Saved": "2026-01-01" }), answer(200, "{}", { "Edgelab-Saved": "2026-01-02" })];
  server = () => answers.shift();
  const response = await post(recording(1));
  assert.equal(await response.text(), "{}");
  assert.equal(keys().length, 2);
  assert.equal(new Set(keys()).size, 1);
  assert.deepEqual(told.saved, ["2026-01-02"]);
  server = () => cutOff();
  await assert.rejects(post(SOLVING), /network error/);
  assert.deepEqual(said, [["a/b", "No connection to the server. Your entries are kept.", "passing"]]);
});

test("a state that fails is said with its bench; whoever asked gets the answer as it came", async () => {
  server = () => answer(403, '{"error":"Lock first."}');
  const response = await post(SOLVING);
  assert.deepEqual(said, [["a/b", "Lock first.", "", 0]]);
  assert.equal(await response.text(), '{"error":"Lock first."}');
  server = () => answer(502, "<html>");
  await post(SOLVING);
  server = () => Promise.reject(new TypeError("Failed to fetch"));
  await assert.rejects(post(SOLVING), /Failed to fetch/);
  assert.deepEqual(
    said.slice(1).map(([, , kind]) => kind),
    ["passing", "passing"],
  );
});

test("a state that never comes is left behind by the next one that is asked for, and is no failure then", async () => {
  server = ({ signal }) =>
    new Promise((_done, fail) => signal.addEventListener("abort", () => fail(new Error("aborted"))));
  const hanging = post(SOLVING).catch((problem) => problem.message);
  await settled();
  watched.leaveBehind("a/b");
  assert.equal(sent[0].signal.aborted, false, "its answer may still come");
  server = () => answer();
  await post(SOLVING);
  assert.equal(await hanging, "aborted");
  assert.deepEqual(said, []);
});

test("a state that is stopped says so", async () => {
  server = ({ signal }) =>
    new Promise((_done, fail) => signal.addEventListener("abort", () => fail(new Error("aborted"))));
  const hanging = post(SOLVING).catch(() => null);
  await settled();
  watched.stop("a/b");
  await hanging;
  assert.deepEqual(said, [["a/b", "Stopped. Your controls are kept.", ""]]);
  watched.stop("a/b");
});

test("a write is sent under one key until it is acknowledged, and the moment is told", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const statuses = [503, 502, 200];
  server = () => answer(statuses.shift(), "{}", { "Edgelab-Saved": "2026-01-02T10:42:00+00:00" });
  const response = post(recording(8));
  await settled();
  assert.equal(waiting().length, 1);
  assert.equal(isSaving(), false);
  t.mock.timers.tick(500);
  await settled();
  t.mock.timers.tick(1000);
  await settled();
  assert.equal((await response).status, 200);
  assert.equal(new Set(keys()).size, 1);
  assert.equal(keys().length, 3);
  assert.deepEqual(told.saved, ["2026-01-02T10:42:00+00:00"]);
  assert.deepEqual([waiting(), said], [[], []]);
});

test("writes go one after another in the order of the presses; the same again joins the first", async () => {
  const free = [];
  server = () => new Promise((done) => free.push(() => done(answer())));
  const all = [post(recording(1, 1)), post(recording(2, 2)), post(recording(1, 3))];
  await settled();
  assert.equal(sent.length, 1);
  assert.equal(isSaving(), true);
  free[0]();
  await settled();
  free[1]();
  assert.deepEqual(
    (await Promise.all(all)).map((response) => response.bodyUsed),
    [false, false, false],
  );
  assert.deepEqual(
    sent.map((request) => request.body),
    [recording(1, 1), recording(2, 2)],
  );
});

test("a write that is refused stays with its sentence, and Retry sends it again under its key", async () => {
  server = () => answer(403, '{"error":"No identity."}');
  await post(recording(8));
  assert.deepEqual(
    waiting().map((entry) => [entry.problem, entry.isRefused]),
    [["No identity.", true]],
  );
  assert.deepEqual(said, ["No identity."]);
  server = () => answer();
  await watched.resend();
  assert.deepEqual(waiting(), []);
  assert.equal(keys()[0], keys()[1]);
  assert.equal(told.outdated, 1, "no page waits for it any more");
});

test("a write that is given up is kept, and pressed again it is the same", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { giveUp } = await import("../../../dashboard/scripts/requests/held.js");
  server = () => Promise.reject(new TypeError("Failed to fetch"));
  const stopped = post(recording(8)).catch((problem) => problem.message);
  await settled();
  giveUp();
  assert.equal(await stopped, "given up");
  assert.match(said[0], /kept here until it is saved/);
  assert.equal(waiting().length, 1);
  server = () => answer();
  await post(recording(8, 7));
  assert.deepEqual(waiting(), []);
  assert.equal(new Set(keys()).size, 1);
});

test("any other request that is refused is said", async () => {
  server = () => answer(500, '{"error":"A fault in the lab."}');
  await post("{}");
  assert.deepEqual(said, ["A fault in the lab."]);
});

test("a state over a limit is said to pass, with the time that the server asks to wait", async () => {
  server = () => answer(429, '{"error":"Too many requests."}', { "Retry-After": "17" });
  assert.equal((await post(SOLVING)).status, 429);
  assert.deepEqual(said, [["a/b", "Too many requests.", "passing", 17_000]]);
});
