/* A setting has an address: ?s=rounds:30;codec:int8 names every control that is not at its default, and no answer. */
import { addActions } from "../page/actions.js";
import { announce } from "../page/announcer.js";
import { keepOnDevice, loadFromDevice, parsed } from "../shared/storage.js";
import { studentOfPage } from "../shared/student.js";
import { onScale, ownValues } from "./values.js";

const NAME = "s";
const MOST_KEPT = 50; // addresses that this browser made

/* The address of a setting on the page of that address. */
export function linkOf(href, spec, values) {
  const url = new URL(href);
  const own = Object.entries(ownValues(spec, values)).map(([name, value]) => `${name}:${value}`);
  url.searchParams.set(NAME, own.join(";"));
  return url.href;
}

function valueOf(rule, text) {
  if (rule.kind === "choice") return Object.hasOwn(rule.texts, text) ? text : undefined;
  if (rule.kind === "slider") return text && Number.isFinite(Number(text)) ? onScale(rule, Number(text)) : undefined;
  return { true: true, false: false }[text];
}

/* The parts of a setting, each {text, name, value}; value is undefined where no control can take it. */
function partsOf(search, spec) {
  const text = new URLSearchParams(search).get(NAME);
  if (text === null) return null;
  const parts = text.split(";").filter((part) => part.trim());
  return parts.map((part) => {
    const [name, value = ""] = part.split(":");
    return { text: part, name, value: Object.hasOwn(spec, name) ? valueOf(spec[name], value) : undefined };
  });
}

/* The values that an address names, or null where it names no setting; what no control can take is left out. */
export function linkedValues(search, spec) {
  const parts = partsOf(search, spec);
  if (parts === null) return null;
  return Object.fromEntries(parts.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]));
}

/* What is said of the parts that no control can take; "" where all of them were taken. */
export function ignoredWords(search, spec) {
  const parts = partsOf(search, spec) ?? [];
  const ignored = parts.filter(({ value }) => value === undefined).map(({ text }) => `“${text.slice(0, 30)}”`);
  if (!ignored.length) return "";
  const named = ignored.slice(0, 3).join(", ") + (ignored.length > 3 ? ` and ${ignored.length - 3} more` : "");
  const rest = ignored.length === parts.length ? "The controls stand at their defaults." : "The rest of it is set.";
  return `The address names a setting that this bench cannot take: ${named}. ${rest}`;
}

/* The address without the setting: it was set once, and what is moved afterwards stands. */
export function withoutLink(href) {
  const url = new URL(href);
  url.searchParams.delete(NAME);
  return url.href;
}

function placeOf() {
  return `edgelab-links:${studentOfPage()}`;
}

function madeHere() {
  const kept = parsed(loadFromDevice(placeOf()));
  return Array.isArray(kept) ? kept : [];
}

/* Whether a student's browser made the address of this setting itself. */
export function isOwnLink(search) {
  return madeHere().includes(new URLSearchParams(search).get(NAME));
}

/* Let this browser know later that it made an address itself; the newest stay. */
export function keepOwnLink(href) {
  const made = new URL(href).searchParams.get(NAME);
  const others = madeHere().filter((one) => one !== made);
  keepOnDevice(placeOf(), JSON.stringify([made, ...others].slice(0, MOST_KEPT)));
}

async function share(benchState) {
  const link = linkOf(window.location.href, benchState.spec, benchState.values);
  keepOwnLink(link);
  window.history.replaceState(window.history.state, "", link);
  try {
    await navigator.clipboard.writeText(link);
    announce("The address of this setting is copied.");
  } catch {
    announce("The address of this setting stands in the address bar.");
  }
}

export function install() {
  addActions({ link: (_node, benchState) => share(benchState) });
}
