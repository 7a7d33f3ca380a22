/* The second opinion: asked, looked at until it is there, stopped; drawn only over the state it speaks of. */
import { commit } from "./controls/gate.js";
import { takeTyped } from "./controls/typed.js";
import { addActions } from "./page/actions.js";
import { announce } from "./page/announcer.js";
import { moment, setProps, setSlot } from "./shared/dash.js";

const LOOK_MS = 1000;
const LOST_MS = 15_000; // an answer that has not come by then is asked for again
let question = null; // the newest: of which bench, its values, and its ticket once it was given one
let timer = null;

function show(words) {
  const root = document.querySelector("[data-bench].is-unlocked .opinion");
  if (!root) return;
  const note = root.querySelector("[data-opinion-note]");
  note.textContent = words || note.dataset.opinionNote;
  root.querySelector("[data-do=cancel_opinion]").hidden = !question;
  root.querySelector("[data-do=opinion]").disabled = Boolean(question);
}

/* Send the question: a press until it has its ticket, and then a look. */
function send() {
  const { bench, values, ticket } = question;
  const order = ticket ? { do: "look", ticket } : { do: "ask", bench, values };
  setProps("opinion-asked", { data: { ...order, at: moment() } });
  sendIn(LOST_MS);
}

function sendIn(ms) {
  clearTimeout(timer);
  timer = setTimeout(send, ms);
}

function close(words) {
  clearTimeout(timer);
  question = null;
  show(words);
}

export function ask(benchState) {
  const problem = takeTyped(benchState);
  if (problem) {
    show(problem);
    announce(problem);
    return;
  }
  commit(benchState);
  question = { bench: benchState.key, values: benchState.values, ticket: null };
  show("Asking");
  send();
}

function leave(ticket) {
  setProps("opinion-asked", { data: { do: "stop", ticket, at: moment() } });
}

export function stop() {
  if (question?.ticket) leave(question.ticket);
  close("Stopped; the bench is as it was");
  announce("The second opinion was stopped.");
}

/* dash_clientside.lab.opinion_answer: an answer to what was stopped, or to another question, changes nothing. What was
   stopped before its ticket came is stopped now. */
export function opinionAnswer(answer) {
  if (!answer) return;
  if (!question && (answer.stage === "waiting" || answer.stage === "running")) leave(answer.ticket);
  if (!question || answer.bench !== question.bench) return;
  if (question.ticket && question.ticket !== answer.ticket) return;
  question.ticket = answer.ticket;
  if (answer.stage === "done") {
    close();
    setSlot(answer.bench, "opinion", answer.digest);
    announce("The second opinion is drawn over the figure.");
  } else if (answer.stage === "failed") {
    close(answer.note);
    announce(answer.note);
  } else {
    show(answer.note);
    sendIn(LOOK_MS);
  }
}

export function install() {
  addActions({ opinion: (_node, benchState) => ask(benchState), cancel_opinion: stop });
}
