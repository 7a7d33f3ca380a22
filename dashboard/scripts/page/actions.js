/* What a press on an element with data-do does; every part of the page adds its own actions, each name once. */
const actions = {};

/* Add actions by name, each a function of the pressed element and the state of its bench (null outside one). */
export function addActions(more) {
  for (const [name, act] of Object.entries(more)) {
    if (Object.hasOwn(actions, name)) throw new Error(`The action ${name} is there already.`);
    actions[name] = act;
  }
}

export function press(name, node, benchState) {
  if (!Object.hasOwn(actions, name)) throw new Error(`There is no action ${name}.`);
  actions[name](node, benchState);
}
