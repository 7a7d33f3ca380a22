/* What the browser keeps for this visit: values of controls, pins, choices that hold on every bench.

   Storage may be blocked, full or filled by an older version. Then nothing is kept or found, and the page works without. */

function load(name) {
  try {
    return globalThis.sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

function save(name, text) {
  try {
    globalThis.sessionStorage.setItem(name, text);
  } catch {
    /* a reload starts from the defaults */
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/* The values of a bench that differ from their defaults, by control. */
export function loadValues(bench) {
  const values = parsed(load(`edgelab:${bench}`));
  return values !== null && typeof values === "object" && !Array.isArray(values) ? values : {};
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
