/* Writes that the server has not acknowledged, each under a key that the server stores once, and never twice.

   They stand in this tab, and on the device under one name each, so that tabs do not overwrite each other's. What was
   changed there by hand is not sent; it can be taken away as a file. */
import { tell } from "../shared/events.js";
import { dropFromDevice, isRecord, keepOnDevice, loadFromDevice, namesOnDevice, parsed } from "../shared/storage.js";
import { writeOf } from "./kinds.js";

const PREFIX = "edgelab-outbox:";
const UNREADABLE = "What this browser kept is no event of this page; it was changed by something else.";
const CHANGED_BACK = new Set(["mark", "carry"]);
const entries = new Map();

function nameOf(entry) {
  return `${PREFIX}${entry.student}:${entry.key}`;
}

/* A key that no other write has. crypto.randomUUID is missing where a page comes over plain http from another host. */
export function newKey() {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function changed() {
  tell("outbox");
}

/* Every write of this tab that waits, oldest first; problem is why it was not taken, "" while nothing is known. */
export function waiting() {
  return [...entries.values()];
}

/* The entry of a write: one of the same content that waits already, or a new one.

   Marks, and the try that is carried, are changed and changed back: there the newest alone is compared with. */
export function put(student, write, body, now = new Date()) {
  const own = waiting().filter((entry) => entry.student === student);
  const alike = CHANGED_BACK.has(write.name)
    ? own.filter((entry) => entry.bench === write.bench && entry.name === write.name).slice(-1)
    : own;
  const known = alike.find((entry) => entry.content === write.content);
  if (known) return known;
  const entry = { key: newKey(), student, ...write, body, at: now.toISOString(), problem: "", isRefused: false };
  entries.set(entry.key, entry);
  const { key, bench, name, at } = entry;
  entry.isKept = Boolean(student) && keepOnDevice(nameOf(entry), JSON.stringify({ key, bench, name, at, body }));
  changed();
  return entry;
}

/* The server has stored an entry, or it was thrown away. */
export function remove(entry) {
  entries.delete(entry.key);
  dropFromDevice(entry.storedAs ?? nameOf(entry));
  changed();
}

/* Say why an entry is still here; refused for good, or to be sent again. */
export function complain(entry, problem, isRefused) {
  Object.assign(entry, { problem, isRefused });
  changed();
}

function readEntry(student, name) {
  const text = loadFromDevice(name);
  const kept = parsed(text);
  const write = isRecord(kept) && typeof kept.body === "string" ? writeOf(kept.body) : null;
  const key = name.slice(`${PREFIX}${student}:`.length);
  const isOurs = write && kept.key === key && /^[0-9a-f]{32}$/.test(key) && typeof kept.at === "string";
  const shared = { key, student, storedAs: name, isKept: true };
  if (isOurs) return { ...shared, ...write, body: kept.body, at: kept.at, problem: "", isRefused: false };
  return { ...shared, bench: "", name: "", content: name, body: text, at: "", problem: UNREADABLE, isRefused: true };
}

/* Take in what an earlier page of this student left, and return what of it is to be sent, oldest first. */
export function takeIn(student) {
  const prefix = `${PREFIX}${student}:`;
  const found = namesOnDevice(prefix)
    .filter((name) => !entries.has(name.slice(prefix.length)))
    .map((name) => readEntry(student, name))
    .toSorted((one, other) => one.at.localeCompare(other.at));
  for (const entry of found) entries.set(entry.key, entry);
  if (found.length) changed();
  return found.filter((entry) => !entry.isRefused);
}

/* All that waits, as a file that a person or a teacher can read. */
export function asText() {
  return JSON.stringify(
    waiting().map(({ key, bench, name, at, problem, body }) => ({
      key,
      bench,
      name,
      at,
      problem,
      request: parsed(body) ?? body,
    })),
    null,
    2,
  );
}
