/* Undo and redo: they go between the states where the controls were left, not through every step of a drag. */

const MAX_STEPS = 200;

/* Remember where the controls stand; false if undo would come back to here already. */
export function commit(benchState) {
  if (benchState.committed === benchState.values) return false;
  benchState.undo = [...benchState.undo, benchState.committed].slice(-MAX_STEPS);
  benchState.redo = [];
  benchState.committed = benchState.values;
  return true;
}

/* Go one state back ("undo") or forward ("redo"); false if there is none. */
export function step(benchState, way) {
  if (!benchState[way].length) return false;
  const opposite = way === "undo" ? "redo" : "undo";
  benchState[opposite] = [...benchState[opposite], benchState.values];
  benchState.values = benchState[way].at(-1);
  benchState.committed = benchState.values;
  benchState[way] = benchState[way].slice(0, -1);
  return true;
}

export function canUndo(benchState) {
  return benchState.undo.length > 0 || benchState.committed !== benchState.values;
}

export function canRedo(benchState) {
  return benchState.redo.length > 0;
}
