/* What one part of the page tells the others, by name; every listener is called at once and in order.

   changed(benchState)           the values of its controls are others
   committed(benchState)         its controls were left where they stand
   late(benchState)              an answer takes long enough to be shown
   answered(benchState)          an answer was painted
   failed(benchState, sentence)  an answer was refused or lost
   problem(sentence)             another request was refused or lost */
const listeners = new Map();

export function listen(name, act) {
  listeners.set(name, [...(listeners.get(name) ?? []), act]);
}

export function tell(name, ...detail) {
  for (const act of listeners.get(name) ?? []) act(...detail);
}
