/* Hints on a failing verdict: asked for, given for the state on the page, gone when its controls move.

   The page has no value of a fix before the server gave it: level 2 names controls and directions, level 3 the values. */
import { addActions } from "../page/actions.js";
import { announce } from "../page/announcer.js";
import { paintPart } from "../page/painter.js";
import { moment, setSlot } from "../shared/dash.js";
import { listen, tell } from "../shared/events.js";
import { command } from "./gate.js";

const CONTROL = 2;
const VALUE = 3;
const LINK = "link"; // no hint: what came with an address
const WITH_HELP = "A try made with it is marked “with help”";

/* The hint for the very values on the page, or null. */
export function currentHint({ asked, hint, values }) {
  return asked && hint && hint.at === asked.at && asked.values === values ? hint : null;
}

/* Which of the two questions stands, 0 for none: that about the value follows that about the control. */
export function questionOf(status, hint) {
  const given = Math.max(hint?.level ?? 1, hint?.fixes.length ? VALUE : 1);
  if (!status?.fails || given >= VALUE) return 0;
  return given === CONTROL || status.is_limit ? VALUE : CONTROL;
}

function ask(benchState, level) {
  const at = moment();
  benchState.asked = { at, values: benchState.values };
  setSlot(benchState.key, "hint_asked", { at, level, values: benchState.values });
}

/* Tell the server which values an address brought: a try that keeps one of them is no try of the student's own. */
export function noteLinked(benchState, values) {
  setSlot(benchState.key, "hint_asked", { at: moment(), level: LINK, values });
}

/* The server has answered: show it, say it, and leave the focus where the answer stands. */
export function hintGiven(benchState, hint) {
  if (hint.linked) {
    if (hint.text) tell("problem", [benchState.ignored, hint.text].filter(Boolean).join(" "));
    return;
  }
  benchState.hint = hint;
  showHints(benchState);
  const shown = currentHint(benchState);
  if (!shown) return;
  announce([shown.text, ...shown.fixes.map((fix) => `${fix.label} ${fix.new} ${fix.harm}`)].join(" "));
  benchState.root.querySelector(shown.fixes.length ? "[data-fix]" : ".hint-text")?.focus();
}

/* The strip and the read-out show the hint of this state, or what may be asked for. */
export function showHints(benchState) {
  const { root, texts, tryNotes } = benchState;
  if (!root || !texts) return;
  const hint = currentHint(benchState);
  const question = questionOf(texts.status, hint);
  const isOpen = texts.status.is_limit || !tryNotes?.[question];
  paintPart(benchState, "hint", hint);
  for (const node of root.querySelectorAll("[data-level-asked]")) {
    node.hidden = Number(node.dataset.levelAsked) !== question;
    node.setAttribute("aria-disabled", String(!isOpen));
  }
  for (const node of root.querySelectorAll("[data-fix]")) node.hidden = !hint?.fixes[Number(node.dataset.fix)];
  for (const node of root.querySelectorAll("[data-hint-note]")) {
    const isWithHelp = question === VALUE || hint?.fixes.length > 0;
    node.textContent = question && !isOpen ? tryNotes[question] : isWithHelp ? WITH_HELP : "";
  }
}

export function install() {
  addActions({
    hint: (node, benchState) => ask(benchState, Number(node.dataset.levelAsked)),
    fix: (node, benchState) => {
      const fix = currentHint(benchState)?.fixes[Number(node.dataset.fix)];
      if (fix) command(benchState.key, { values: { [fix.control]: fix.value } });
    },
  });
  listen("changed", (benchState) => showHints(benchState));
}
