/* What stands in the number boxes when a student presses: a tap, a pen or a switch leaves the box it was typed in open. */
import { read } from "../numbers/read.js";
import { quantity } from "../numbers/write.js";
import { benchStateAround } from "./bench_states.js";
import { move } from "./gate.js";
import { onScale } from "./values.js";

/* The value that a text in a number box means; NaN if it cannot be read. */
export function typedValue(rule, value, text) {
  const [number, unit] = quantity(value, rule.unit);
  if (text === number) return value;
  const typed = read(text, rule.unit, unit);
  return Number.isFinite(typed) ? onScale(rule, typed) : NaN;
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
  const unread = typed.find(([, , value]) => !Number.isFinite(value));
  if (unread)
    return `“${unread[1]}” cannot be read as ${benchState.spec[unread[0]].label}; correct it, then press again.`;
  for (const [name, , value] of typed) move(benchState, name, value);
  return "";
}

export function install() {
  document.addEventListener("input", noteTyping, true);
}
