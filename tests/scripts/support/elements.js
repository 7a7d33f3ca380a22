/* Elements as far as the scripts use them: enough of a document to run what writes to a page, without a browser. */

function compound(selector) {
  const parts = [...selector.matchAll(/\.([\w-]+)|\[([\w-]+)(?:=["']?([^"'\]]*)["']?)?\]|([a-z]+)/gi)];
  return (node) =>
    parts.every(([, className, attribute, value, tag]) => {
      if (className) return node.classList.contains(className);
      if (tag) return node.tag === tag;
      const own = node.getAttribute(attribute);
      return value === undefined ? own !== null : own === value;
    });
}

function camel(name) {
  return name.replace(/-([a-z])/g, (_all, letter) => letter.toUpperCase());
}

class Element {
  constructor(tag, attributes, children) {
    const classes = new Set((attributes.class ?? "").split(" ").filter(Boolean));
    const properties = new Map();
    const own = new Map(Object.entries(attributes));
    const data = [...own].filter(([name]) => name.startsWith("data-"));
    Object.assign(this, {
      tag,
      children,
      parentElement: null,
      hidden: false,
      disabled: false,
      text: "",
      isConnected: true,
      listeners: {},
    });
    this.dataset = Object.fromEntries(data.map(([name, value]) => [camel(name.slice(5)), String(value)]));
    this.attributes = own;
    this.properties = properties;
    this.style = { setProperty: (name, value) => properties.set(name, value) };
    this.classList = {
      contains: (name) => classes.has(name),
      add: (name) => classes.add(name),
      remove: (...names) => names.forEach((name) => classes.delete(name)),
      toggle: (name, isOn) => (isOn ? classes.add(name) : classes.delete(name)),
    };
    for (const child of children) child.parentElement = this;
  }

  getAttribute(name) {
    if (name.startsWith("data-")) return this.dataset[camel(name.slice(5))] ?? null;
    return this.attributes.has(name) ? String(this.attributes.get(name)) : null;
  }

  setAttribute(name, value) {
    this.attributes.set(name, String(value));
  }

  removeAttribute(name) {
    this.attributes.delete(name);
  }

  matches(selectors) {
    return selectors.split(",").some((selector) => {
      const steps = selector.trim().split(/\s+/);
      if (!compound(steps.pop())(this)) return false;
      let node = this.parentElement;
      for (const step of steps.toReversed()) {
        while (node && !compound(step)(node)) node = node.parentElement;
        if (!node) return false;
        node = node.parentElement;
      }
      return true;
    });
  }

  closest(selector) {
    return this.matches(selector) ? this : (this.parentElement?.closest(selector) ?? null);
  }

  querySelectorAll(selector) {
    const inner = this.children.flatMap((child) => [child, ...child.querySelectorAll("*")]);
    return selector === "*" ? inner : inner.filter((node) => node.matches(selector));
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  focus() {
    globalThis.document.activeElement = this;
  }

  append(...children) {
    this.children.push(...children);
    for (const child of children) if (child instanceof Element) child.parentElement = this;
  }

  replaceChildren(...children) {
    this.children.length = 0;
    this.append(...children);
  }

  addEventListener(name, act) {
    this.listeners[name] = act;
  }

  remove() {
    this.parentElement.children.splice(this.parentElement.children.indexOf(this), 1);
  }

  get textContent() {
    return this.text + this.children.map((child) => (child instanceof Element ? child.textContent : child)).join("");
  }

  set textContent(text) {
    this.text = text;
    this.children.length = 0;
  }
}

export function element(tag, attributes = {}, ...children) {
  return new Element(tag, attributes, children);
}

/* Put a body on the page; returns the document, whose fire() calls the listeners of an event. */
export function openPage(...children) {
  const body = element("body", {}, ...children);
  const root = element("html", {}, body);
  const listeners = {};
  globalThis.document = {
    body,
    documentElement: root,
    activeElement: null,
    title: "",
    querySelector: (selector) => root.querySelector(selector),
    querySelectorAll: (selector) => root.querySelectorAll(selector),
    getElementById: (id) => root.querySelectorAll("*").find((node) => node.attributes.get("id") === id) ?? null,
    createElement: (tag) => element(tag),
    addEventListener: (name, act) => (listeners[name] ??= []).push(act),
    fire: (name, event) => (listeners[name] ?? []).forEach((act) => act(event)),
  };
  return globalThis.document;
}
