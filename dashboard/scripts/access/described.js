/* What belongs to a field for who does not see it beside the field: its question, unit, range and error.

   An element with data-describes names the field, by its id, that it says something of; one with data-refuses as well says why
   its entry was not taken. Dash's own inputs take no aria attributes. */

let made = 0;

function nameOf(node) {
  if (!node.id) node.setAttribute("id", `describes-${(made += 1)}`);
  return node.id;
}

function set(node, name, value) {
  if (value === (node.getAttribute(name) ?? "")) return;
  if (value) node.setAttribute(name, value);
  else node.removeAttribute(name);
}

/* Tie every field to what describes it, in the order of the page. */
export function describeFields() {
  const fields = new Map();
  for (const node of document.querySelectorAll("[data-describes]")) {
    const name = node.dataset.describes;
    fields.set(name, [...(fields.get(name) ?? []), node]);
  }
  for (const [name, nodes] of fields) {
    const field = document.getElementById(name);
    if (!field) continue;
    set(field, "aria-describedby", nodes.map(nameOf).join(" "));
    set(field, "aria-invalid", nodes.some((node) => node.dataset.refuses) ? "true" : "");
  }
  for (const button of document.querySelectorAll(".panel button[aria-expanded]")) {
    const place = button.closest(".panel").querySelector(".table-place");
    button.setAttribute("aria-expanded", String(Boolean(place?.children.length)));
  }
}
