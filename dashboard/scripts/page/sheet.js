/* The controls as a sheet, on a narrow screen: above it stand the first figure's question, answer and axes.

   A window that is lower than what sticky parts need has no sheet: there the controls stand in the page (access.css). */
import { addActions } from "./actions.js";

const LEAST_FIGURE_PX = 150;
const GAP_PX = 8;
const root = () => document.documentElement;

export function isSheetOpen() {
  return document.body.classList.contains("has-sheet");
}

/* How high the first figure may be so that it is seen whole above the sheet, whose read-out begins at top. */
export function figureHeight(top, textHeight) {
  return Math.max(LEAST_FIGURE_PX, Math.floor(top - textHeight - 2 * GAP_PX));
}

/* Fit the first figure into what the sheet leaves, and bring it there. */
function showFigure() {
  const explore = document.querySelector(".explore");
  const graph = document.querySelector(".panel .graph");
  const panel = graph?.closest(".panel");
  const hud = document.querySelector(".hud");
  if (!panel || !explore || !hud) return;
  root().style.setProperty("--sheet", `${explore.offsetHeight}px`);
  const textHeight = graph.getBoundingClientRect().top - panel.getBoundingClientRect().top;
  root().style.setProperty("--sheet-figure", `${figureHeight(hud.getBoundingClientRect().top, textHeight)}px`);
  window.scrollTo({ top: panel.getBoundingClientRect().top + window.scrollY - GAP_PX });
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
  explore.querySelector("input[type=range]")?.focus({ preventScroll: true });
  showFigure();
}

/* What stands in the record's own line, of a try that was recorded or why it was not. */
export function showRecorded(benchRoot, words) {
  const place = benchRoot?.querySelector("[data-recorded]");
  if (place) place.textContent = words;
}

/* The on-screen keyboard covers the foot of the page: the sheet stands on it. */
function onKeyboard() {
  const { height, offsetTop } = window.visualViewport;
  root().style.setProperty("--covered", `${Math.max(0, Math.round(window.innerHeight - height - offsetTop))}px`);
}

function onTurn() {
  if (!isSheetOpen()) return;
  const button = document.querySelector(".sheet-button");
  if (button?.getClientRects().length) showFigure();
  else setSheet(false); // wider or lower now: the controls stand in the page
}

export function install() {
  addActions({ sheet: (node) => setSheet(node.getAttribute("aria-expanded") !== "true") });
  window.addEventListener("resize", () => setTimeout(onTurn, 0));
  window.visualViewport?.addEventListener("resize", onKeyboard);
}
