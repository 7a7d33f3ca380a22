/* Choices, switches, boxes and commands (preset, fix, undo, reset) come through Dash; all controls go out at once. */
import { quantity } from "../numbers/write.js";
import { callbackContext, noUpdate, triggers } from "../shared/dash.js";
import { tell } from "../shared/events.js";
import { benchStateOf, rootOf } from "./bench_states.js";
import { commitSoon, isToAsk, rest, start } from "./gate.js";
import { noteBox, typedValue } from "./typed.js";

/* Whether a box's text is what the page itself wrote there last. Dash tells of it later than the slider moves on, so it is
   no order to go back to that value. */
function isWritten(benchState, id, text) {
  const rule = benchState.spec[id.name];
  return id.kind === "box" && Boolean(rule) && text === quantity(benchState.boxes[id.name], rule.unit)[0];
}

/* The values after what triggered the callback; order is the newest command. */
export function valuesAfter(spec, values, triggered, order) {
  const next = { ...values };
  for (const [id, value] of triggered) {
    const rule = spec[id.name];
    if (id.kind === "instrument" && rule) {
      next[id.name] = value;
    } else if (id.kind === "box" && rule) {
      const typed = typedValue(rule, values[id.name], value); // what cannot be read changes nothing
      if (Number.isFinite(typed)) next[id.name] = typed;
    } else if (id.kind === "slot" && order?.values) {
      for (const [name, ordered] of Object.entries(order.values)) if (spec[name]) next[name] = ordered;
    }
  }
  return next;
}

/* dash_clientside.lab.gate: inputs are the instruments, the boxes and the command, outputs the controls and the first two. */
export function gate(_instruments, _boxes, order, spec) {
  const context = callbackContext();
  const none = noUpdate();
  const [instruments, boxes, slot] = context.inputs_list;
  const benchState = benchStateOf(slot.id.bench, spec, rootOf(slot.id.bench));
  const triggered = triggers(context).filter(([id, text]) => !isWritten(benchState, id, text));
  const isUndoRedo = triggered.some(([id]) => id.kind === "slot") && Boolean(order?.isUndoRedo);
  const next = valuesAfter(spec, benchState.values, triggered, order);
  for (const [id, text] of triggered) {
    if (id.kind === "box" && spec[id.name])
      noteBox(benchState, id.name, benchState.values[id.name], text, next[id.name]);
  }
  if (Object.keys(next).some((name) => next[name] !== benchState.values[name])) benchState.values = next;
  if (!isUndoRedo && benchState.values !== benchState.committed) commitSoon(benchState);

  let controls = none;
  if (isToAsk(benchState) && benchState.busy) {
    benchState.waiting = true;
  } else if (isToAsk(benchState)) {
    rest(benchState);
    start(benchState);
    controls = context.outputs_list[0].map((output) => benchState.values[output.id.name]);
  }
  tell("changed", benchState);
  const { values } = benchState;
  return [
    controls,
    instruments.map(({ id, value }) => (value === values[id.name] ? none : values[id.name])),
    boxes.map(({ id, value }) => {
      const [text] = quantity(values[id.name], spec[id.name].unit);
      benchState.boxes[id.name] = values[id.name];
      return value === text ? none : text;
    }),
  ];
}
