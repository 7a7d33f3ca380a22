/* A panel's figure as a picture, and any text as a file, made in the browser. */
import { addActions } from "./actions.js";

export function fileName(bench, panel) {
  return `${bench}-${panel}`.replace(/[^a-z0-9]+/gi, "-");
}

function graphOf(node) {
  return node.closest(".panel").querySelector(".js-plotly-plot");
}

function nameOf(node) {
  return fileName(node.closest("[data-bench]").dataset.bench, node.dataset.panel);
}

export function download(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function downloadPicture(node) {
  const graph = graphOf(node);
  const paper = getComputedStyle(document.documentElement).getPropertyValue("--paper").trim();
  window.Plotly.downloadImage(
    { data: graph.data, layout: { ...graph.layout, paper_bgcolor: paper } },
    { format: "png", scale: 2, filename: nameOf(node), width: graph.clientWidth, height: graph.clientHeight },
  );
}

export function install() {
  addActions({ png: downloadPicture });
}
