/* What a request of Dash asks for, read from its body. */
import { isRecord, parsed } from "../shared/storage.js";

const WRITING_BUTTONS = {
  lock: "predict",
  open: "predict",
  reflect: "reflect",
  mark: "reflect",
  defend: "defence",
  mark_defence: "defence",
};

function outputsOf(request) {
  return [request.outputs ?? []].flat(2);
}

function slotOf(request, name) {
  return outputsOf(request).find((output) => output?.id?.kind === "slot" && output.id.name === name);
}

/* The bench whose state a request computes, or null if it asks for something else. Its output ids say so. */
export function solvedBench(body) {
  const request = parsed(body);
  return isRecord(request) ? (slotOf(request, "texts")?.id.bench ?? null) : null;
}

/* Whether a request asks for the page of an address. */
export function isPage(body) {
  const request = parsed(body);
  return isRecord(request) && outputsOf(request).some((output) => output?.id === "page");
}

/* The id of the component that triggered a request, where it is one of ours. */
function triggerOf(request) {
  const [name] = Array.isArray(request.changedPropIds) ? request.changedPropIds : [];
  if (typeof name !== "string" || !name.startsWith("{")) return null;
  const id = parsed(name.slice(0, name.lastIndexOf(".")));
  return isRecord(id) ? id : null;
}

function valueOf(request, id) {
  const places = [request.inputs ?? []].flat(2);
  return places.find((place) => place?.id?.kind === id.kind && place.id.name === id.name)?.value;
}

/* What a request writes into the ledger: {bench, name, content}, or null if it writes nothing. Two writes of one content
   are one deed: how often a button was pressed, and when, is no part of it. */
export function writeOf(body) {
  const request = parsed(body);
  if (!isRecord(request)) return null;
  const id = triggerOf(request);
  if (!id || typeof id.bench !== "string" || typeof id.name !== "string") return null;
  if (id.kind === "action" && Object.hasOwn(WRITING_BUTTONS, id.name) && slotOf(request, WRITING_BUTTONS[id.name])) {
    return { bench: id.bench, name: id.name, content: JSON.stringify([id.bench, id.name, request.state]) };
  }
  if (id.kind === "slot" && id.name === "action" && slotOf(request, "tries")) {
    const action = valueOf(request, id);
    if (!isRecord(action)) return null;
    const { at: _at, ...asked } = action;
    return {
      bench: id.bench,
      name: String(asked.do),
      content: JSON.stringify([id.bench, asked, request.state]),
    };
  }
  return null;
}
