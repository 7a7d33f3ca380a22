/* The second opinion: asked, watched, stopped; drawn only over the state it speaks of. */
import { commit } from "./controls/gate.js";
import { addActions } from "./page/actions.js";
import { announce } from "./page/announcer.js";
import { moment, setProps, setSlot } from "./shared/dash.js";

const ANSWER_MS = 1500;
let isRunning = false;
let question = null; // the newest: of which bench, whether it was answered or stopped

function show(words) {
  const root = document.querySelector("[data-bench].is-unlocked .opinion");
  if (!root) return;
  const note = root.querySelector("[data-opinion-note]");
  note.textContent = words || note.dataset.opinionNote;
  root.querySelector("[data-do=cancel_opinion]").hidden = !isRunning;
  root.querySelector("[data-do=opinion]").disabled = isRunning;
}

export function ask(benchState) {
  commit(benchState);
  question = { bench: benchState.key, isAnswered: false, isStopped: false };
  show("Asking");
  setProps("opinion-asked", { data: { bench: benchState.key, values: benchState.values, at: moment() } });
}

export function stop() {
  setProps("opinion-cancel", { data: moment() });
  if (question) question.isStopped = true;
  isRunning = false;
  show("Stopped; the bench is as it was");
  announce("The second opinion was stopped.");
}

/* dash_clientside.lab.opinion_answer: an answer to what was stopped, or to another bench's question, changes nothing. */
export function opinionAnswer(answer) {
  if (!answer || !question || question.isStopped) return;
  if (answer.bench && answer.bench !== question.bench) return;
  question.isAnswered = true;
  isRunning = false;
  show(answer.problem);
  if (answer.problem) {
    announce(answer.problem);
  } else {
    setSlot(answer.bench, "opinion", answer.digest);
    announce("The second opinion is drawn over the figure.");
  }
}

/* dash_clientside.lab.opinion_progress */
export function opinionProgress(progress) {
  if (progress && isRunning) show(`${progress.done} of ${progress.of} done`);
}

/* dash_clientside.lab.opinion_running: a job that ends without an answer was stopped from outside, which is said after
   the answer had time to come. */
export function opinionRunning(running) {
  if (!question) return;
  isRunning = Boolean(running) && !question.isStopped;
  if (isRunning) {
    question.isAnswered = false;
    show("Computing");
    return;
  }
  const ended = question;
  setTimeout(() => {
    const isOpen = question === ended && !ended.isAnswered && !ended.isStopped;
    if (isOpen) show("It ended without an answer; the bench is as it was");
  }, ANSWER_MS);
}

export function install() {
  addActions({ opinion: (_node, benchState) => ask(benchState), cancel_opinion: stop });
}
