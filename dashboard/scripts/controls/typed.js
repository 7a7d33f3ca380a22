/* What stands in the number boxes when a student presses: a tap, a pen or a switch leaves the box it was typed in open. */
import { read } from "../numbers/read.js";
import { inWords, quantity } from "../numbers/write.js";
import { tell } from "../shared/events.js";
import { benchStateAround } from "./bench_states.js";
import { move } from "./gate.js";
import { onScale } from "./values.js";

/* The number that a text in a box of a value means, wherever its slider ends; NaN if it cannot be read. */
function typedNumber(rule, value, text) {
  const [number, unit] = quantity(value, rule.unit);
  return text === number ? value : read(text, rule.unit, unit);
}

/* The value that a text in a number box means; NaN if it cannot be read. */
export function typedValue(rule, value, text) {
  const typed = typedNumber(rule, value, text);
  return Number.isFinite(typed) && typed !== value ? onScale(rule, typed) : typed;
}

/* What a box says beside itself where its control does not stand at what was typed into it; "" where it does. */
export function boxNote(rule, value, text) {
  const typed = typedNumber(rule, value, text);
  if (!Number.isFinite(typed)) {
    const said = String(text ?? "").trim();
    const why = said ? `“${said.slice(0, 20)}” cannot be read` : "Nothing was entered";
    return `${why}; ${inWords(value, rule.unit)} stays.`;
  }
  if (typed === value) return "";
  if (typed > rule.max) return `${inWords(rule.max, rule.unit)} is the most here.`;
  if (typed < rule.min) return `${inWords(rule.min, rule.unit)} is the least here.`;
  const [said, stands] = [typed, onScale(rule, typed)].map((number) => inWords(number, rule.unit));
  return said === stands ? "" : `The nearest to ${said} here is ${stands}.`;
}

/* Take note of what a box has to say, as long as its control stands at the value that was taken. A box that is written
   by the page, with the value that its control has, says nothing new. */
export function noteBox(benchState, name, before, text, taken) {
  const words = boxNote(benchState.spec[name], before, text);
  if (!words && before === taken) return;
  const isRefused = !Number.isFinite(typedNumber(benchState.spec[name], before, text));
  benchState.boxNotes = { ...benchState.boxNotes, [name]: { words, value: taken, isRefused } };
}

/* Someone types into a number box, beside the value that its control has now. */
export function noteTyping({ target }) {
  const row = target.matches?.(".box input") && target.closest("[data-control]");
  const benchState = row && benchStateAround(row);
  if (!benchState) return;
  const name = row.dataset.control;
  benchState.typing = { ...benchState.typing, [name]: benchState.values[name] };
}

/* Whether a box was typed in and its control has not been moved by something else since. */
function isTyped(benchState, name) {
  return Object.hasOwn(benchState.typing ?? {}, name) && benchState.typing[name] === benchState.values[name];
}

/* Move the controls to what was typed into their boxes. Returns why that cannot be done, "" when it was. */
export function takeTyped(benchState) {
  const rows = [...(benchState.root?.querySelectorAll("[data-control]") ?? [])];
  const typed = rows
    .map((row) => [row.dataset.control, row.querySelector(".box input")?.value])
    .filter(([name, text]) => text !== undefined && isTyped(benchState, name))
    .map(([name, text]) => [name, text, typedValue(benchState.spec[name], benchState.values[name], text)]);
  for (const [name, text, value] of typed) {
    const before = benchState.values[name];
    noteBox(benchState, name, before, text, Number.isFinite(value) ? value : before);
    tell("changed", benchState, name);
  }
  const unread = typed.find(([, , value]) => !Number.isFinite(value));
  if (unread)
    return `“${unread[1]}” cannot be read as ${benchState.spec[unread[0]].label}; correct it, then press again.`;
  for (const [name, , value] of typed) move(benchState, name, value);
  return "";
}

export function install() {
  document.addEventListener("input", noteTyping, true);
}
