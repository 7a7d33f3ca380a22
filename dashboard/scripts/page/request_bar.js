/* A bar over the page, whichever stands or none: which requests take long or fail, to be sent again or given up. */
import { giveUp, retryNow, troubled, wakeAll } from "../requests/held.js";
import { listen } from "../shared/events.js";
import { addActions } from "./actions.js";
import { announce } from "./announcer.js";

let refusal = ""; // the sentence of a request that was refused, until it is closed or something succeeds

/* What the bar says: {sentence, actions: [action, words]}, or null when there is nothing to say. */
export function barWords(requests, refused, isWithoutPage) {
  const problem = requests.map((request) => request.problem).find(Boolean);
  const again = [
    ["requests_retry", "Try again"],
    ["requests_stop", "Stop"],
  ];
  if (problem) return { sentence: problem, actions: again };
  if (requests.length) return { sentence: "The server takes long to answer.", actions: again };
  if (!refused) return null;
  return { sentence: refused, actions: isWithoutPage ? [["reload", "Reload"]] : [["requests_close", "Close"]] };
}

function isPageEmpty() {
  return !document.getElementById("content");
}

function makeBar() {
  const bar = document.createElement("div");
  bar.setAttribute("id", "request-bar");
  bar.className = "request-bar";
  bar.setAttribute("role", "status");
  bar.append(document.createElement("span"));
  document.body.append(bar);
  return bar;
}

function show() {
  const words = barWords(troubled(), refusal, isPageEmpty());
  const bar = document.getElementById("request-bar") ?? (words ? makeBar() : null);
  if (!bar) return;
  bar.hidden = !words;
  const key = JSON.stringify(words);
  if (bar.dataset.shown === key) return;
  bar.dataset.shown = key;
  const [said, ...buttons] = bar.children;
  for (const button of buttons) button.remove();
  said.textContent = words?.sentence ?? "";
  for (const [action, label] of words?.actions ?? []) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "outline";
    button.dataset.do = action;
    button.textContent = label;
    bar.append(button);
  }
}

function refuse(sentence) {
  refusal = sentence;
  announce(sentence);
  show();
}

export function install() {
  addActions({
    requests_retry: retryNow,
    requests_stop: giveUp,
    requests_close: () => refuse(""),
    reload: () => window.location.reload(),
  });
  listen("requests", show);
  listen("problem", refuse);
  window.addEventListener("online", wakeAll);
}
