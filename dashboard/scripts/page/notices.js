/* What a bench says above its figures of a request for its state: that it takes long or failed. */
import { command } from "../controls/gate.js";
import { isOnPage } from "../controls/bench_states.js";
import { listen } from "../shared/events.js";
import { addActions } from "./actions.js";

const PAUSES_MS = [1000, 2000, 4000, 8000, 15_000];

function makeNotice(benchState) {
  const place = document.createElement("div");
  place.className = "notice";
  place.setAttribute("role", "alert");
  place.innerHTML =
    '<span class="shape shape-14" data-shape="warn" aria-hidden="true"></span><span class="notice-text"></span>' +
    '<button type="button" class="outline" data-do="retry">Try again</button>' +
    '<button type="button" class="outline" data-do="stop_waiting">Stop</button>';
  benchState.root.querySelector(".figures").before(place);
  return place;
}

/* The notice above the figures; an empty sentence takes it away. */
function notice(benchState, sentence, kind) {
  if (!benchState.root) return;
  const place = benchState.root.querySelector(".notice") ?? (sentence ? makeNotice(benchState) : null);
  if (!place) return;
  place.hidden = !sentence;
  place.querySelector(".notice-text").textContent = sentence;
  place.querySelector("[data-do=stop_waiting]").hidden = kind !== "overdue";
}

function closed(benchState, sentence, kind) {
  benchState.root?.classList.remove("computing");
  notice(benchState, sentence, kind);
}

/* Ask again by itself where only the connection failed, unless something else was asked meanwhile. */
function askAgainLater(benchState, wait = 0) {
  const attempt = benchState.attempts ?? 0;
  benchState.attempts = attempt + 1;
  clearTimeout(benchState.recovery);
  benchState.recovery = setTimeout(
    () => {
      if (isOnPage(benchState) && !benchState.busy && benchState.sent === null) command(benchState.key, { values: {} });
    },
    Math.max(wait, PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)]),
  );
}

/* stop(bench) gives up the answer that is due for a bench. */
export function install(stop) {
  addActions({ stop_waiting: (_node, benchState) => stop(benchState.key) });
  listen("late", (benchState) => benchState.root?.classList.add("computing"));
  listen("answered", (benchState) => {
    benchState.attempts = 0;
    closed(benchState, "");
  });
  listen("failed", (benchState, sentence, kind, wait) => {
    closed(benchState, sentence, kind);
    if (kind === "passing") askAgainLater(benchState, wait);
  });
}
