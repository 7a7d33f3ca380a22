/* Every request of Dash passes here: none is lost without a word, and what writes is sent until it is stored, once. */
import { tell } from "../shared/events.js";
import { learnStudent, STUDENT_HEADER, studentOfPage } from "../shared/student.js";
import { askedWait, hold, NO_CONNECTION, PASSING, sentenceOf, whole } from "./held.js";
import { isPage, solvedBench, writeOf } from "./kinds.js";
import { put, takeIn } from "./outbox.js";
import { sendAll, sendLeft, sendWrite } from "./writes.js";

const UPDATE = "_dash-update-component";
const STARTING = /_dash-(layout|dependencies)$/;

/* A fetch in place of the browser's own.

   failed(bench, sentence, kind, wait) hears of a state that was refused or lost, problem(sentence) of anything else that was. Returns
   {fetch, resend, leaveBehind, stop}: resend() sends all that waits; leaveBehind(bench) gives up the answer that is due
   for a bench as soon as another is asked for, stop(bench) at once. */
export function watchedFetch(plainFetch, { failed, problem }) {
  const solving = new Map();
  let updates = UPDATE;
  let left = Promise.resolve();

  function request(input, options, more, signal) {
    const headers = new Headers(options.headers);
    for (const [name, value] of Object.entries(more)) headers.set(name, value);
    if (studentOfPage()) headers.set(STUDENT_HEADER, studentOfPage());
    return plainFetch(input, { ...options, headers, signal });
  }

  function post(body, headers, signal) {
    const options = { method: "POST", credentials: "same-origin", body };
    return request(updates, options, { "Content-Type": "application/json", ...headers }, signal);
  }

  async function start(input, options, url) {
    const response = await hold((signal) => request(input, options, {}, signal));
    updates = url.replace(STARTING, UPDATE);
    if (learnStudent(response)) {
      left = sendLeft(takeIn(studentOfPage()), post);
      tell("student", studentOfPage());
    }
    if (!response.ok) problem(await sentenceOf(response));
    return response;
  }

  async function solve(bench, input, options) {
    const controller = new AbortController();
    const earlier = solving.get(bench);
    if (earlier?.isOverdue) earlier.abort();
    solving.set(bench, controller);
    try {
      const response = await whole(await request(input, options, {}, controller.signal));
      const kind = PASSING.has(response.status) ? "passing" : "";
      if (!response.ok) failed(bench, await sentenceOf(response), kind, askedWait(response));
      return response;
    } catch (trouble) {
      if (controller.isStopped) failed(bench, "Stopped. Your controls are kept.", "");
      else if (solving.get(bench) === controller) failed(bench, NO_CONNECTION, "passing");
      throw trouble;
    } finally {
      if (solving.get(bench) === controller) solving.delete(bench);
    }
  }

  async function write(asked, input, options) {
    const entry = put(studentOfPage(), asked, options.body);
    return sendWrite(entry, (body, headers, signal) => request(input, { ...options, body }, headers, signal));
  }

  async function other(input, options) {
    if (isPage(options.body)) await left;
    return hold((signal) => request(input, options, {}, signal));
  }

  async function update(input, options) {
    const bench = solvedBench(options.body);
    if (bench !== null) return solve(bench, input, options);
    const asked = writeOf(options.body);
    try {
      const response = await (asked ? write(asked, input, options) : other(input, options));
      if (!response.ok) problem(await sentenceOf(response));
      return response;
    } catch (trouble) {
      problem(asked ? "Stopped. What you did is kept here until it is saved." : "Stopped. Nothing was changed.");
      throw trouble;
    }
  }

  function fetch(input, options = {}) {
    const url = String(input?.url ?? input);
    if (STARTING.test(url)) return start(input, options, url);
    return url.includes(UPDATE) ? update(input, options) : plainFetch.call(globalThis, input, options);
  }

  function leaveBehind(bench) {
    const controller = solving.get(bench);
    if (controller) controller.isOverdue = true;
  }

  function stop(bench) {
    const controller = solving.get(bench);
    if (!controller) return;
    controller.isStopped = true;
    controller.abort();
  }

  return { fetch, resend: () => sendAll(post), leaveBehind, stop };
}
