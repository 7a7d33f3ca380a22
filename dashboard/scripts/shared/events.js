/* What one part of the page tells the others, by name; every listener is called at once and in order.

   changed(benchState)           the values of its controls are others
   committed(benchState)         its controls were left where they stand
   late(benchState)              an answer takes long enough to be shown
   answered(benchState)          an answer was painted
   failed(benchState, sentence, kind, wait)  an answer was refused or lost; kind and wait as in controls/gate.js
   problem(sentence)             another request was refused or given up
   student(name)                 it is known whose page this is
   requests()                    other requests are slow or failing now
   outbox()                      other writes wait now, or for another reason
   saved(moment)                 the server has stored a write
   outdated()                    what was saved is not on the page */
const listeners = new Map();

export function listen(name, act) {
  listeners.set(name, [...(listeners.get(name) ?? []), act]);
}

export function tell(name, ...detail) {
  for (const act of listeners.get(name) ?? []) act(...detail);
}
