/* What happens when a page or a bench has come to stand. */
import { isUnlocked } from "../controls/bench_states.js";
import { command } from "../controls/gate.js";
import { noteLinked } from "../controls/hints.js";
import { ignoredWords, isOwnLink, linkedValues, withoutLink } from "../controls/setting_link.js";
import { defaultsOf } from "../controls/values.js";
import { noUpdate } from "../shared/dash.js";
import { tell } from "../shared/events.js";
import { loadValues } from "../shared/storage.js";
import { showWhenDrawn } from "./painter.js";
import { keptChoices } from "../tries/kept_choices.js";
import { showEarlierPins } from "../tries/actions.js";
import { announce } from "./announcer.js";
import { showUnkept } from "../records/no_identity.js";
import { showWhose } from "../records/whose.js";
import { studentOfPage } from "../shared/student.js";
import { showClock, showSaved, showStatus } from "./saved_status.js";

/* A window in which a lock folds to its line, so that controls and record stand beside the figures. */
const LOW = "(min-width: 1000px) and (max-height: 820px)";

/* What comes into focus when a body was made anew, and what is said. */
const ARRIVALS = {
  locked: { places: [".reveal-title", "[data-locked]"], said: "Locked. Here is what is computed." },
  next: { places: [".predict-card .question"], said: "Locked. The next question follows." },
  opened: { places: ["[data-locked]"], said: "The instruments are open.", toTop: true },
};

/* The values to set on arrival: those of the kept choices, then those that this visit left; other types are not taken. */
export function valuesOnArrival(spec, chosen, left) {
  const values = { ...chosen };
  for (const [name, rule] of Object.entries(spec)) {
    const value = left[name];
    if (name in chosen || typeof value !== typeof rule.default || value === rule.default) continue;
    values[name] = value;
  }
  return values;
}

/* A bench's body has come to stand: clocks, the lock that was just made, the controls as they were left. */
export function benchReady(benchState) {
  const { root } = benchState;
  benchState.readyRoot = root;
  root.querySelectorAll("time[data-clock]").forEach(showClock);
  showSaved(root.dataset.saved);
  // Where the steps are wider than their row, the present one is the one to see.
  document.querySelector('.stepper [aria-current="step"]')?.scrollIntoView?.({ block: "nearest", inline: "center" });
  if (window.matchMedia?.(LOW).matches) for (const lock of root.querySelectorAll(".locked")) lock.open = false;
  const arrival = ARRIVALS[root.dataset.arrived];
  if (arrival) {
    const place = arrival.places.map((name) => root.querySelector(name)).find(Boolean);
    if (place) {
      place.tabIndex = -1;
      place.focus({ preventScroll: true });
      place.scrollIntoView?.({ block: "nearest" });
    }
    if (arrival.toTop) window.scrollTo({ top: 0 });
    announce(arrival.said);
  }
  const chosen = keptChoices(benchState);
  if (!isUnlocked(benchState)) return;
  // What the server drew is the default. Where other values are set now, its verdict is not theirs and stays hidden.
  const linked = linkedValues(window.location.search, benchState.spec);
  const values = linked
    ? { ...defaultsOf(benchState.spec), ...chosen, ...linked }
    : valuesOnArrival(benchState.spec, chosen, loadValues(benchState.key));
  const ignored = ignoredWords(window.location.search, benchState.spec);
  benchState.ignored = ignored;
  if (ignored) tell("problem", ignored);
  if (linked) {
    if (Object.keys(linked).length && !isOwnLink(window.location.search)) noteLinked(benchState, values);
    window.history.replaceState(window.history.state, "", withoutLink(window.location.href));
  }
  const isElsewhere = Object.keys(values).some((name) => values[name] !== benchState.values[name]);
  if (Object.keys(values).length) command(benchState.key, { values });
  if (!isElsewhere) showWhenDrawn(benchState);
  showEarlierPins(benchState);
}

/* Write a moment in this clock's own time, with its day where the page asks for it. */
export function showMoment(time) {
  const moment = new Date(time.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  const day = moment.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const clock = moment.toTimeString().slice(0, 5);
  time.textContent = time.dataset.moment === "date" ? `${day} ${clock}` : clock;
}

/* dash_clientside.lab.ledger_ready: a tab of the ledger stands, its times in this clock. */
export function ledgerReady() {
  setTimeout(() => document.querySelectorAll(".ledger time[data-moment]").forEach(showMoment), 0);
  return noUpdate();
}

let isFirst = true;

/* dash_clientside.lab.page_ready: a page has its title, and for a reader of the page its beginning. */
export function pageReady() {
  setTimeout(() => {
    const page = document.querySelector("[data-title]");
    if (page) document.title = page.dataset.title;
    document.body.classList.remove("has-sheet");
    showStatus();
    if (studentOfPage()) showWhose();
    else showUnkept();
    const named = document.getElementById(window.location.hash?.slice(1) ?? "");
    if (named) {
      named.scrollIntoView();
      named.focus({ preventScroll: true });
    } else if (!isFirst) {
      window.scrollTo({ top: 0 });
      document.getElementById("content")?.focus({ preventScroll: true });
    }
    isFirst = false;
  }, 0);
  return noUpdate();
}
