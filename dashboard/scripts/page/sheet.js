/* The controls as a sheet over the figures, on a narrow screen. */
import { addActions } from "./actions.js";

export function isSheetOpen() {
  return document.body.classList.contains("has-sheet");
}

export function setSheet(isOpen) {
  const explore = document.querySelector(".explore");
  const button = document.querySelector(".sheet-button");
  if (!explore || !button) return;
  explore.classList.toggle("sheet-open", isOpen);
  document.body.classList.toggle("has-sheet", isOpen);
  button.setAttribute("aria-expanded", String(isOpen));
  button.textContent = isOpen ? "Close" : "Controls";
  if (!isOpen) {
    button.focus({ preventScroll: true });
    return;
  }
  document.documentElement.style.setProperty("--sheet", `${explore.offsetHeight}px`);
  explore.querySelector("input[type=range]")?.focus({ preventScroll: true });
  const figure = document.querySelector(".panel .graph");
  if (figure) window.scrollTo({ top: figure.getBoundingClientRect().top + window.scrollY - 104 });
}

export function install() {
  addActions({ sheet: (node) => setSheet(node.getAttribute("aria-expanded") !== "true") });
}
