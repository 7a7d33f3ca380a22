/* A panel's figure as a picture, and any text as a file, made in the browser. */
import { reportPicture } from "../pictures/report.js";
import { addActions } from "./actions.js";
import { announce } from "./announcer.js";

export function fileName(bench, panel) {
  return `${bench}-${panel}`.replace(/[^a-z0-9]+/gi, "-");
}

function nameOf(node) {
  return fileName(node.closest("[data-bench]").dataset.bench, node.dataset.panel);
}

function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export function download(name, text, type) {
  save(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

/* One picture at a time: a second press while it is made makes no second one. */
async function downloadPicture(node, benchState) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  try {
    save(`${nameOf(node)}.png`, await reportPicture(node.closest(".panel"), benchState));
    announce("The picture is saved.");
  } catch {
    announce("The picture could not be made.");
  } finally {
    node.removeAttribute("aria-busy");
  }
}

export function install() {
  addActions({ png: downloadPicture });
}
