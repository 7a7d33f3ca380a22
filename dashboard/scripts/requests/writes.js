/* Writes go out one after another, in the order of the presses, each until it is acknowledged or refused. */
import { tell } from "../shared/events.js";
import { hold, retryNow, sentenceOf } from "./held.js";
import { complain, remove, waiting } from "./outbox.js";

const KEY_HEADER = "Idempotency-Key";
const SAVED_HEADER = "Edgelab-Saved";
const GIVEN_UP = "You stopped it; it is kept here.";
const underWay = new Map(); // key of an entry: the promise of its answer
let last = Promise.resolve();

/* Whether every write that waits is on its way, and none of them has met trouble. */
export function isSaving() {
  return waiting().length > 0 && waiting().every((entry) => underWay.has(entry.key) && !entry.problem);
}

/* Send an entry and return the answer, each caller a copy. post(body, headers, signal) sends it once. */
export function sendWrite(entry, post) {
  if (!underWay.has(entry.key)) {
    const answer = last.then(() => deliver(entry, post));
    underWay.set(entry.key, answer);
    last = answer.then(
      () => underWay.delete(entry.key),
      () => underWay.delete(entry.key),
    );
    complain(entry, "", false);
  }
  return underWay.get(entry.key).then((answer) => answer.clone());
}

async function deliver(entry, post) {
  const send = (signal) => post(entry.body, { [KEY_HEADER]: entry.key }, signal);
  try {
    const answer = await hold(send, { isWrite: true, onTrouble: (problem) => complain(entry, problem, false) });
    if (answer.ok) {
      remove(entry);
      if (answer.headers.get(SAVED_HEADER)) tell("saved", answer.headers.get(SAVED_HEADER));
    } else {
      complain(entry, await sentenceOf(answer), true);
    }
    return answer;
  } catch (problem) {
    complain(entry, GIVEN_UP, false);
    throw problem;
  }
}

/* Send what an earlier page left; settled at the first trouble or when all of it has its answer. */
export function sendLeft(entries, post) {
  let isOver = false;
  const all = Promise.allSettled(entries.map((entry) => sendWrite(entry, post))).then(() => (isOver = true));
  const trouble = new Promise((done) => {
    const check = () => (isOver || entries.some((entry) => entry.problem) ? done() : setTimeout(check, 50));
    check();
  });
  return Promise.race([all, trouble]);
}

/* Send everything that waits, now. What no page waits for any more is drawn by a page that comes anew. */
export async function sendAll(post) {
  const left = waiting().filter((entry) => !underWay.has(entry.key));
  retryNow();
  if (!left.length) return;
  await Promise.allSettled(left.map((entry) => sendWrite(entry, post)));
  if (!left.some((entry) => entry.problem)) tell("outdated");
}
