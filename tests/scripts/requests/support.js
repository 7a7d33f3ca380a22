/* A server that answers as it is told, for what waits until it is acknowledged. */

export const STUDENT = "0123456789abcdef";

/* One turn after another until every promise that could settle has. */
export async function settled() {
  for (let turn = 0; turn < 40; turn += 1) await Promise.resolve(); // oxlint-disable-line no-await-in-loop
  await new Promise((done) => setImmediate(done));
}

/* A request of Dash that records a state. */
export function recording(rounds, at = 0) {
  return JSON.stringify({
    outputs: [{ id: { kind: "slot", bench: "a/b", name: "tries" }, property: "children" }],
    inputs: [
      {
        id: { kind: "slot", bench: "a/b", name: "action" },
        property: "data",
        value: { do: "record", values: { rounds }, at },
      },
    ],
    state: [[]],
    changedPropIds: ['{"bench":"a/b","kind":"slot","name":"action"}.data'],
  });
}

export function answer(status = 200, text = "{}", headers = {}) {
  return new Response(text, { status, headers });
}
