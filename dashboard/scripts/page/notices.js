/* What the page says of requests: that one takes long, that one failed, when something was saved. */
import { listen } from "../shared/events.js";
import { announce } from "./announcer.js";

/* Write a moment as hours and minutes of this clock. */
export function showClock(time) {
  const moment = new Date(time.dateTime);
  if (!Number.isNaN(moment.getTime())) time.textContent = moment.toTimeString().slice(0, 5);
}

/* Say when something was saved last; nothing if nothing was. */
export function showSaved(moment) {
  const saved = document.getElementById("saved");
  if (!saved) return;
  saved.textContent = "";
  if (!moment) return;
  const time = document.createElement("time");
  time.dateTime = moment;
  showClock(time);
  saved.innerHTML =
    '<span class="icon icon-check-circle icon-16" aria-hidden="true"></span><span class="saved-text">Saved </span>';
  saved.append(time);
}

function showProblem(sentence) {
  announce(sentence);
  const saved = document.getElementById("saved");
  if (!saved) return;
  saved.innerHTML =
    '<span class="shape shape-14" data-shape="warn" aria-hidden="true"></span><span class="problem-text"></span>';
  saved.querySelector(".problem-text").textContent = sentence;
}

function makeNotice(benchState) {
  const place = document.createElement("div");
  place.className = "notice";
  place.setAttribute("role", "alert");
  place.innerHTML =
    '<span class="shape shape-14" data-shape="warn" aria-hidden="true"></span><span class="notice-text"></span>' +
    '<button type="button" class="outline" data-do="retry">Try again</button>';
  benchState.root.querySelector(".figures").before(place);
  return place;
}

/* The notice above the figures; an empty sentence takes it away. */
function notice(benchState, sentence) {
  if (!benchState.root) return;
  const place = benchState.root.querySelector(".notice") ?? (sentence ? makeNotice(benchState) : null);
  if (!place) return;
  place.hidden = !sentence;
  place.querySelector(".notice-text").textContent = sentence;
}

function closed(benchState, sentence) {
  benchState.root?.classList.remove("computing");
  notice(benchState, sentence);
}

export function install() {
  listen("late", (benchState) => benchState.root?.classList.add("computing"));
  listen("answered", (benchState) => closed(benchState, ""));
  listen("failed", closed);
  listen("problem", showProblem);
}
