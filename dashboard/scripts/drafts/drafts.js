/* Drafts: what was entered and not yet saved, kept on this device for the student whose page this is.

   A draft is {definition, fields, words, earlier}: what the fields asked, their values by name, the same as the student
   read it, and the words of a draft that this one took the place of, entered in another tab or for another question.
   Where the fields ask something else by now, or something else was saved, the words are shown and nothing is filled
   in. */
import { setProps } from "../shared/dash.js";
import { listen } from "../shared/events.js";
import { dropFromDevice, isRecord, keepOnDevice, loadFromDevice, namesOnDevice, parsed } from "../shared/storage.js";
import { studentOfPage } from "../shared/student.js";
import { fieldsAround, filled, isSame, wordsOf } from "./fields.js";

const PREFIX = "edgelab-draft:";
export const KEPT = "Draft kept on this device until it is saved.";
export const NOT_KEPT = "No draft is kept: this browser's storage is full or refused. Save before you leave.";
const CHANGED = "The question has changed since your draft, so it was not filled in. You had written: ";
const ANOTHER = "Another tab's words were not saved: ";
const EARLIER = " Before it, in another tab or for another question, you had written: ";
const seen = new WeakSet();
const own = new Map(); // name of a draft: its text as this page last read or wrote it

function nameOf(node, draft) {
  const bench = node.closest("[data-bench]")?.dataset.bench;
  return bench && studentOfPage() ? `${PREFIX}${studentOfPage()}:${bench}:${draft}` : null;
}

/* A kept draft, or null; anything that is none counts as none. */
export function draftFrom(text) {
  const draft = parsed(text);
  if (!isRecord(draft) || typeof draft.definition !== "string") return null;
  if (!isRecord(draft.fields) || !isRecord(draft.words)) return null;
  if (draft.earlier !== undefined && !isRecord(draft.earlier)) return null;
  const isPlain = [draft.fields, draft.words, draft.earlier ?? {}].every((part) =>
    Object.values(part).every((value) => typeof value === "string"),
  );
  return isPlain ? draft : null;
}

function inOneLine(words) {
  return Object.values(words)
    .map((text) => `“${text}”`)
    .join(", ");
}

function keptWords(draft) {
  return draft.earlier ? KEPT + EARLIER + inOneLine(draft.earlier) : KEPT;
}

function say(note, words) {
  if (note.textContent !== words) note.textContent = words;
}

/* Something was entered: keep it, and say so. */
function onEntry(event) {
  const place = event.target.closest?.("section, .used-up");
  const note = place?.querySelector("[data-draft]");
  const name = note && nameOf(note, note.dataset.draft);
  if (!name) return;
  const fields = fieldsAround(note);
  const found = loadFromDevice(name);
  const before = draftFrom(found);
  const isOwn = found === own.get(name) && before?.definition === note.dataset.definition;
  const isAnothers = before && !isOwn && !isSame(before.fields, filled(fields));
  const earlier = isAnothers ? before.words : before?.earlier;
  const draft = {
    definition: note.dataset.definition,
    fields: filled(fields),
    words: filled(fields, wordsOf),
    earlier,
  };
  if (!Object.keys(draft.fields).length && !earlier) {
    dropFromDevice(name);
    say(note, "");
    return;
  }
  const text = JSON.stringify(draft);
  const isKept = keepOnDevice(name, text);
  if (isKept) own.set(name, text);
  say(note, isKept ? keptWords(draft) : NOT_KEPT);
}

/* Fields have come to stand: fill in what was entered before. */
function fillIn(note) {
  const name = nameOf(note, note.dataset.draft);
  const text = name && loadFromDevice(name);
  const draft = draftFrom(text);
  if (!draft) return;
  if (draft.definition !== note.dataset.definition) {
    say(note, CHANGED + inOneLine(draft.words));
    return;
  }
  own.set(name, text);
  const fields = fieldsAround(note);
  if (note.dataset.saved && isSame(draft.fields, filled(fields))) {
    dropFromDevice(name);
    return;
  }
  for (const { name: field, id } of fields) {
    if (Object.hasOwn(draft.fields, field)) setProps(id, { value: draft.fields[field] });
  }
  say(note, keptWords(draft));
}

/* What a draft was for is saved: it has gone its way, unless something else was saved than it holds. */
function settle(sign) {
  const name = nameOf(sign, sign.dataset.draftSaved);
  const draft = name && draftFrom(loadFromDevice(name));
  if (!draft) return;
  const saved = parsed(sign.dataset.fields ?? "null");
  if (isRecord(saved) && !isSame(draft.fields, saved)) say(sign, ANOTHER + inOneLine(draft.words));
  else dropFromDevice(name);
}

/* Look for fields and signs that came to stand since the last look. */
export function look() {
  for (const node of document.querySelectorAll("[data-draft], [data-draft-saved]")) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.dataset.draft) fillIn(node);
    else settle(node);
  }
}

/* Another student's drafts go as soon as this one's page is known. */
function forgetOthers(student) {
  for (const name of namesOnDevice(PREFIX)) if (!name.startsWith(`${PREFIX}${student}:`)) dropFromDevice(name);
}

export function install() {
  document.addEventListener("input", onEntry);
  document.addEventListener("change", onEntry);
  listen("student", forgetOthers);
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
}
