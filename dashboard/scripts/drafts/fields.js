/* The fields that a student writes in, by the ids that dashboard/web/ids.py gives them. */
import { isRecord, parsed } from "../shared/storage.js";

const KINDS = new Set(["entry", "writing"]);

/* The fields around a note, as {name, id, node}. */
export function fieldsAround(note) {
  const place = note.closest("section, .used-up");
  return Array.from(place.querySelectorAll("[id]"), (node) => ({ id: parsed(node.getAttribute("id")), node }))
    .filter(({ id }) => isRecord(id) && KINDS.has(id.kind))
    .map(({ id, node }) => ({ name: id.name, id, node }));
}

function chosen(node) {
  return [...node.querySelectorAll("input")].find((input) => input.checked);
}

function isText(node) {
  return node.matches("input, textarea");
}

/* What a field holds: its text, or the option that is chosen; "" where there is neither. */
export function valueOf({ node }) {
  return (isText(node) ? node.value : chosen(node)?.value) ?? "";
}

/* What a student sees in a field: the text, or the words of the chosen option. */
export function wordsOf({ node }) {
  if (isText(node)) return node.value;
  return chosen(node)?.parentElement?.querySelector("label")?.textContent ?? "";
}

/* Every field that holds something, by its name. */
export function filled(fields, read = valueOf) {
  return Object.fromEntries(fields.map((field) => [field.name, read(field)]).filter(([, value]) => value !== ""));
}

/* Whether two sets of fields hold the same, spaces at their ends aside. */
export function isSame(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => String(one[name] ?? "").trim() === String(other[name] ?? "").trim());
}
