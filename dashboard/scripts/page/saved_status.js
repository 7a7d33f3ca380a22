/* What the header says of writes: when the last was saved, that one is on its way, or which ones are kept here. */
import { asText, remove, waiting } from "../requests/outbox.js";
import { isSaving } from "../requests/writes.js";
import { listen } from "../shared/events.js";
import { addActions } from "./actions.js";
import { announce } from "./announcer.js";
import { download } from "./exports.js";

let saved = ""; // the moment of the last, in ISO 8601

/* Write a moment as hours and minutes of this clock. */
export function showClock(time) {
  const moment = new Date(time.dateTime);
  if (!Number.isNaN(moment.getTime())) time.textContent = moment.toTimeString().slice(0, 5);
}

function text(className, words) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = words;
  return span;
}

function button(action, words) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = "quiet-button";
  node.dataset.do = action;
  node.textContent = words;
  return node;
}

/* What is said of entries that wait, and why; null while all is saved or on its way. */
export function unsavedWords(entries) {
  if (!entries.length) return null;
  const events = `${entries.length} event${entries.length === 1 ? "" : "s"}`;
  const isInTab = entries.some((entry) => !entry.isKept);
  return `Not saved, ${events} kept ${isInTab ? "in this tab alone, keep it open" : "here"}: `;
}

/* An entry is put down a moment before it is sent: that alone is nothing to say. */
function saySoon(place, words) {
  setTimeout(() => place.dataset.said === words && announce(words.replace(/: $/, ".")), 0);
}

function unsaved(place) {
  const entries = waiting();
  const words = unsavedWords(entries);
  const problem = entries.map((entry) => entry.problem).find(Boolean) ?? "";
  if (place.dataset.said !== words + problem) saySoon(place, words + problem);
  place.dataset.said = words + problem;
  place.title = problem;
  const parts = [text("problem-text", words), button("resend", "Retry"), button("download_unsaved", "Download")];
  if (entries.some((entry) => entry.isRefused)) parts.push(button("discard_unsaved", "Discard"));
  return parts;
}

/* Show where the writes stand, in the header of the page that stands now. */
export function showStatus() {
  const place = document.getElementById("saved");
  if (!place) return;
  place.textContent = "";
  place.classList.remove("is-unsaved");
  const count = waiting().length;
  if (count && !isSaving()) {
    place.classList.add("is-unsaved");
    place.append(...unsaved(place));
    return;
  }
  delete place.dataset.said;
  place.title = "";
  if (count) {
    place.append(text("saving", "Saving"));
  } else if (saved) {
    const time = document.createElement("time");
    time.dateTime = saved;
    showClock(time);
    place.append(text("icon icon-check-circle icon-16", ""), text("saved-text", "Saved "), time);
  }
}

/* Say when something was saved last; the newest moment counts, nothing is said while there is none. */
export function showSaved(moment) {
  if (moment && (!saved || new Date(moment) >= new Date(saved))) saved = moment;
  showStatus();
}

function discard() {
  for (const entry of waiting()) if (entry.isRefused) remove(entry);
}

export function install(resend) {
  addActions({
    resend,
    download_unsaved: () => download("edgelab-not-saved.json", asText(), "application/json"),
    discard_unsaved: discard,
  });
  listen("outbox", showStatus);
  listen("saved", showSaved);
  listen("outdated", () => window.location.reload());
  window.addEventListener("beforeunload", (event) => {
    if (waiting().some((entry) => !entry.isKept)) event.preventDefault();
  });
}
