/* Requests that are held until they are answered: sent again while the server cannot be reached, in view of the student,
   who may have one sent now or give it up. */
import { tell } from "../shared/events.js";
import { parsed } from "../shared/storage.js";

export const NO_CONNECTION = "No connection to the server. Your entries are kept.";
export const PASSING = new Set([408, 425, 429, 502, 503, 504]);
const SLOW_MS = 3000;
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];
const SEND_NOW = Symbol("send now");
const held = new Set();

/* The sentence that an unsuccessful answer carries. */
export async function sentenceOf(response) {
  const answer = parsed(await response.clone().text());
  return typeof answer?.error === "string" ? answer.error : "The server could not answer. Your entries are kept.";
}

const LONGEST_WAIT_MS = 3_600_000;

/* How long an answer asks to wait, in milliseconds: 0 where it does not say. */
export function askedWait(response) {
  const seconds = Number(response.headers?.get("Retry-After") ?? 0);
  return seconds > 0 ? Math.min(seconds * 1000, LONGEST_WAIT_MS) : 0;
}

/* The response once all of it is here. A server that ends while it answers leaves a status without its text: that is no
   answer, and rejects as a request does that met no server. */
export async function whole(response) {
  await response.clone().arrayBuffer();
  return response;
}

/* The requests that are slow or fail, oldest first: {problem, isWrite}. */
export function troubled() {
  return [...held].filter((request) => request.isSlow || request.problem);
}

/* Send a request until an answer comes that is not of a passing trouble, and return that answer.

   send(signal) sends it once. Rejects if it is given up. onTrouble(sentence) hears of every attempt that fails. */
export async function hold(send, { isWrite = false, onTrouble = () => {} } = {}) {
  const request = {
    isWrite,
    isSlow: false,
    problem: "",
    isGivenUp: false,
    isHurried: false,
    wait: 0,
    controller: null,
    wake: null,
  };
  held.add(request);
  const slow = setTimeout(() => {
    request.isSlow = true;
    tell("requests");
  }, SLOW_MS);
  try {
    return await answerOf(request, send, onTrouble);
  } finally {
    clearTimeout(slow);
    held.delete(request);
    tell("requests");
  }
}

async function answerOf(request, send, onTrouble, attempt = 0) {
  const problem = await attemptOf(request, send);
  if (problem === SEND_NOW) return answerOf(request, send, onTrouble, attempt);
  if (typeof problem !== "string") return problem;
  request.problem = problem;
  onTrouble(problem);
  tell("requests");
  await pause(request, Math.max(request.wait, PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)]));
  if (request.isGivenUp) throw new TypeError("given up");
  return answerOf(request, send, onTrouble, attempt + 1);
}

/* One attempt: the answer, or the sentence of a trouble that passes. */
async function attemptOf(request, send) {
  request.controller = new AbortController();
  request.wait = 0;
  try {
    const response = await whole(await send(request.controller.signal));
    if (!PASSING.has(response.status)) return response;
    request.wait = askedWait(response);
    return await sentenceOf(response);
  } catch {
    if (request.isGivenUp) throw new TypeError("given up");
    if (!request.isHurried) return NO_CONNECTION;
    request.isHurried = false;
    return SEND_NOW;
  }
}

function pause(request, ms) {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    request.wake = () => {
      clearTimeout(timer);
      done();
    };
  }).finally(() => (request.wake = null));
}

/* Send every request in trouble again, now: one that is on its way is broken off first. */
export function retryNow() {
  for (const request of troubled()) {
    if (request.wake) {
      request.wake();
    } else {
      request.isHurried = true;
      request.controller.abort();
    }
  }
}

/* Give up every request in trouble; a write stays in the outbox. */
export function giveUp() {
  for (const request of troubled()) {
    request.isGivenUp = true;
    request.controller.abort();
    request.wake?.();
  }
}

/* The connection is back: nothing waits for its pause to end. */
export function wakeAll() {
  for (const request of held) request.wake?.();
}
