/* A panel's figure as a file, made in the browser: its points as CSV, its picture as PNG. */
import { addActions } from "./actions.js";

/* One cell of CSV (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe; numbers stay. */
export function cell(value) {
  let text = String(value ?? "");
  if (typeof value !== "number" && /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text))) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/* Every point of a figure's traces, a row each. */
export function csv(traces) {
  const rows = [["series", "x", "y"]];
  for (const trace of traces) Array.from(trace.x, (x, n) => rows.push([trace.name, x, trace.y[n]]));
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

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
  addActions({
    csv: (node) => download(`${nameOf(node)}.csv`, csv(graphOf(node).data), "text/csv"),
    png: downloadPicture,
  });
}
