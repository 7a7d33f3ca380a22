/* What a browser and Dash give to the scripts: properties that are set are kept in a list, storage is a map. */

export const NO_UPDATE = Symbol("no_update");

/* Stand in for Dash's renderer; returns the list of [id, props] that were set. */
export function openDash() {
  const set = [];
  globalThis.dash_clientside = {
    no_update: NO_UPDATE,
    set_props: (id, props) => set.push([id, props]),
    callback_context: null,
  };
  return set;
}

/* The properties that were set on a place of a bench, oldest first. */
export function dataOf(set, kind, name) {
  return set.filter(([id]) => id.kind === kind && id.name === name).map(([, props]) => props.data);
}

export function openStorage() {
  const kept = new Map();
  const storage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text) };
  Object.defineProperty(globalThis, "sessionStorage", { value: storage, configurable: true });
  return kept;
}

/* What stays on the device; returns the storage itself, whose own names are what is kept. setItem can be replaced. */
export function openDevice() {
  const device = {};
  const methods = {
    getItem: (name) => (Object.hasOwn(device, name) ? device[name] : null),
    setItem: (name, text) => (device[name] = String(text)),
    removeItem: (name) => delete device[name],
  };
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(device, name, { value, writable: true });
  Object.defineProperty(globalThis, "localStorage", { value: device, configurable: true });
  return device;
}

/* Storage that a browser's settings refuse: the very mention of it throws. */
export function blockStorage() {
  const get = () => {
    throw new Error("SecurityError");
  };
  for (const name of ["sessionStorage", "localStorage"]) {
    Object.defineProperty(globalThis, name, { get, configurable: true });
  }
}

export const SPEC = {
  share: {
    kind: "slider",
    label: "Share",
    unit: "share",
    min: 0.001,
    max: 0.1,
    step: 0.02,
    log: true,
    whole: false,
    default: 0.01,
  },
  rounds: {
    kind: "slider",
    label: "Rounds",
    unit: "rounds",
    min: 1,
    max: 20,
    step: 1,
    log: false,
    whole: true,
    default: 8,
  },
  codec: { kind: "choice", label: "Codec", texts: { raw: "as it is", int8: "8 bits" }, default: "raw" },
  cached: { kind: "switch", label: "Cached", default: false },
};

/* The same controls of a bench that has previews. */
export const PREVIEWED = {
  ...SPEC,
  share: { ...SPEC.share, preview: true },
  rounds: { ...SPEC.rounds, preview: true },
};
