/* Forms of the ledger's pages: sent without leaving the page, and answered in sentences below their button. */
import { sentenceOf } from "../requests/held.js";
import { addActions } from "../page/actions.js";
import { leaveBehind } from "./whose.js";
import { STUDENT_HEADER, studentOfPage } from "../shared/student.js";

const LOST = "The lab could not be reached. Nothing was changed here; send it again.";
const SHAPES = { genuine: "ok", foreign: "warn", older: "warn", newer: "warn" };

function part(tag, className, words) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (words !== undefined) node.textContent = words;
  return node;
}

/* What is wrong with the files of a form before they are sent; "" where nothing is. */
export function problemOf(files, largest) {
  const tooLarge = [...files].find((file) => file.size > largest);
  if (!tooLarge) return "";
  const [has, most] = [tooLarge.size, largest].map((size) => Math.round(size / 1e6));
  return `“${tooLarge.name}” has ${has} MB; an export has at most ${most}. It was not sent.`;
}

function rowOf(found) {
  const row = part("li");
  row.dataset.result = found.result;
  const shape = part("span", "shape shape-14");
  shape.dataset.shape = SHAPES[found.result] ?? "fail";
  shape.setAttribute("aria-hidden", "true");
  const words = part("span");
  words.append(part("b", "", found.file), ` ${[found.word, ...found.told].join(", ")}. ${found.sentences.join(" ")}`);
  row.append(shape, words);
  return row;
}

function show(place, told) {
  const parts = (told.sentences ?? []).map((sentence) => part("p", told.isProblem ? "problem" : "", sentence));
  if (told.code) parts.push(part("p", "resume-code", told.code));
  if (told.files) {
    const list = part("ul");
    list.append(...told.files.map(rowOf));
    parts.push(list);
  }
  place.replaceChildren(...parts);
}

/* What an answer changes elsewhere on the page: words by their names, and what is there at all. */
function tellElsewhere({ told = {}, there = {} }) {
  for (const node of document.querySelectorAll("[data-told]")) {
    if (Object.hasOwn(told, node.dataset.told)) node.textContent = told[node.dataset.told];
  }
  for (const node of document.querySelectorAll("[data-there]")) {
    if (Object.hasOwn(there, node.dataset.there)) node.hidden = !there[node.dataset.there];
  }
}

async function send(form) {
  const headers = studentOfPage() ? { [STUDENT_HEADER]: studentOfPage() } : {};
  try {
    const response = await fetch(form.action, {
      method: "POST",
      credentials: "same-origin",
      headers,
      body: new FormData(form),
    });
    return response.ok ? await response.json() : { isProblem: true, sentences: [await sentenceOf(response)] };
  } catch {
    return { isProblem: true, sentences: [LOST] };
  }
}

async function submit(form) {
  const place = form.querySelector(".answer");
  const button = form.querySelector("button[type=submit]");
  const field = form.querySelector("input[type=file]");
  const problem = field ? problemOf(field.files, Number(field.dataset.largest)) : "";
  if (problem) return show(place, { isProblem: true, sentences: [problem] });
  if (button.getAttribute("aria-disabled") === "true") return undefined;
  button.setAttribute("aria-disabled", "true");
  show(place, { sentences: ["Sending."] });
  const told = await send(form);
  button.removeAttribute("aria-disabled");
  tellElsewhere(told);
  if (told.left) leaveBehind(Boolean(told.erased));
  if (told.go) return window.location.assign(told.go);
  return show(place, told);
}

function over(event) {
  const form = event.target.closest?.("form[data-drop]");
  if (!form) return;
  event.preventDefault();
  form.classList.toggle("is-over", event.type === "dragover");
  if (event.type !== "drop" || !event.dataTransfer.files.length) return;
  form.querySelector("input[type=file]").files = event.dataTransfer.files;
  form.requestSubmit();
}

export function install() {
  addActions({ print_handin: () => document.querySelector(".handin-preview").contentWindow.print() });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches?.("form[data-send]")) return;
    event.preventDefault();
    submit(event.target);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, over);
}
