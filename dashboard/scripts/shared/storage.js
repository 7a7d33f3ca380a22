/* What the browser keeps. For this visit: values of controls, pins, choices that hold on every bench. On this device, until
   the server has it: drafts, and writes that were not acknowledged.

   Two labs on one host, as two terms of a course, share a browser's storage: every name begins with the path that the lab is
   served under, unless that is the root. Storage may be blocked, full or filled by an older version. Then nothing is kept or found, and the page works without. */

/* The name under which this lab keeps what is called so. */
export function ownName(name) {
  const path = globalThis.document?.documentElement?.dataset?.lab ?? "/";
  return path === "/" ? name : `${path}${name}`;
}

function load(name) {
  try {
    return globalThis.sessionStorage.getItem(ownName(name));
  } catch {
    return null;
  }
}

function save(name, text) {
  try {
    globalThis.sessionStorage.setItem(ownName(name), text);
  } catch {
    /* a reload starts from the defaults */
  }
}

/* JSON of unknown origin; null where it is none. */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function isRecord(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/* The values of a bench that differ from their defaults, by control. */
export function loadValues(bench) {
  const values = parsed(load(`edgelab:${bench}`));
  return isRecord(values) ? values : {};
}

export function saveValues(bench, values) {
  save(`edgelab:${bench}`, JSON.stringify(values));
}

/* The numbers of the tries that are drawn beside the current state. */
export function loadPins(bench) {
  const numbers = parsed(load(`edgelab-pins:${bench}`));
  return Array.isArray(numbers) ? numbers.filter(Number.isInteger) : [];
}

export function savePins(bench, numbers) {
  save(`edgelab-pins:${bench}`, JSON.stringify(numbers));
}

/* The option of a choice that holds on every bench, or null. */
export function loadChoice(name) {
  return load(`edgelab-${name}`);
}

export function saveChoice(name, option) {
  save(`edgelab-${name}`, option);
}

/* The names of all that this device keeps under a prefix. */
export function namesOnDevice(prefix) {
  try {
    const own = ownName("");
    return Object.keys(globalThis.localStorage)
      .filter((name) => name.startsWith(`${own}${prefix}`))
      .map((name) => name.slice(own.length));
  } catch {
    return [];
  }
}

export function loadFromDevice(name) {
  try {
    return globalThis.localStorage.getItem(ownName(name));
  } catch {
    return null;
  }
}

/* Keep a text on this device, closed browser or not; false where storage is full or refused. */
export function keepOnDevice(name, text) {
  try {
    globalThis.localStorage.setItem(ownName(name), text);
    return true;
  } catch {
    return false;
  }
}

export function dropFromDevice(name) {
  try {
    globalThis.localStorage.removeItem(ownName(name));
  } catch {
    /* there was none */
  }
}

/* Forget this visit: all that the session's storage holds of this lab. */
export function forgetVisit() {
  try {
    const { sessionStorage } = globalThis;
    const own = Object.keys(sessionStorage).filter((name) => name.startsWith(ownName("edgelab")));
    for (const name of own) sessionStorage.removeItem(name);
  } catch {
    /* nothing was kept */
  }
}
