/* A setting has an address: ?s=rounds:30;codec:int8 names every control that is not at its default, and no answer. */
import { addActions } from "../page/actions.js";
import { announce } from "../page/announcer.js";
import { onScale, ownValues } from "./values.js";

const NAME = "s";

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

/* The values that an address names, or null where it names no setting; what no control can take is left out. */
export function linkedValues(search, spec) {
  const text = new URLSearchParams(search).get(NAME);
  if (text === null) return null;
  const pairs = text.split(";").map((pair) => pair.split(":"));
  const known = pairs.filter(([name]) => Object.hasOwn(spec, name));
  const read = known.map(([name, value = ""]) => [name, valueOf(spec[name], value)]);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

/* The address without the setting: it was set once, and what is moved afterwards stands. */
export function withoutLink(href) {
  const url = new URL(href);
  url.searchParams.delete(NAME);
  return url.href;
}

async function share(benchState) {
  const link = linkOf(window.location.href, benchState.spec, benchState.values);
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
