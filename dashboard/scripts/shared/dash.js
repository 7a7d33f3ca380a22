/* The few doors to Dash: properties that are set from outside, and what a clientside callback is told about its call. */

export function setProps(id, props) {
  globalThis.dash_clientside.set_props(id, props);
}

/* The id of a place on a bench, as dashboard/web/ids.py writes it. */
export function idOf(kind, bench, name) {
  return { kind, bench, name };
}

export function setSlot(bench, name, data) {
  setProps(idOf("slot", bench, name), { data });
}

/* The DOM id that Dash gives a component: its JSON with sorted keys. */
export function domId(id) {
  return JSON.stringify(id, Object.keys(id).toSorted());
}

/* A store passes on only what differs from what it holds: every order carries another moment. */
export function moment() {
  return Date.now() + Math.random();
}

export function noUpdate() {
  return globalThis.dash_clientside.no_update;
}

export function callbackContext() {
  return globalThis.dash_clientside.callback_context;
}

/* What triggered a callback, as [id, value]; on the first call of all nothing has. */
export function triggers(context) {
  return context.triggered
    .filter((item) => item.prop_id.startsWith("{"))
    .map((item) => [JSON.parse(item.prop_id.slice(0, item.prop_id.lastIndexOf("."))), item.value]);
}
