/* On paper the pages are light and figures as wide as the paper, whatever the screen shows. */
import { recoloured } from "../page/colours.js";

const PAPER_PX = 680;
let shown = null; // what the screen showed, while a page is printed: {theme, graphs: [[graph, layout, data]]}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.bsTheme = theme;
}

/* A figure's data and layout on paper; palettes are the light and the dark one. */
export function onPaper({ data, layout }, palettes, isDark, width) {
  const [light, dark] = palettes;
  const colour = (part) => (isDark ? recoloured(part, dark, light) : part);
  return { data: colour(data), layout: { ...colour(layout), width: Math.min(width, PAPER_PX), autosize: false } };
}

function before() {
  if (shown) return;
  const palettes = JSON.parse(document.getElementById("screen")?.dataset.palettes ?? "null");
  if (!palettes) return;
  const { theme } = document.documentElement.dataset;
  const graphs = [...document.querySelectorAll(".js-plotly-plot")].filter((graph) => graph.clientWidth > 0);
  shown = { theme, graphs: graphs.map((graph) => [graph, graph.data, graph.layout]) };
  setTheme("light");
  for (const graph of graphs) {
    const paper = onPaper(graph, palettes, theme === "dark", graph.clientWidth);
    window.Plotly.react(graph, paper.data, { ...paper.layout, height: graph.clientHeight }, graph._context);
  }
}

function after() {
  if (!shown) return;
  const { theme, graphs } = shown;
  shown = null;
  setTheme(theme);
  for (const [graph, data, layout] of graphs)
    if (graph.isConnected) window.Plotly.react(graph, data, layout, graph._context);
}

export function install() {
  window.addEventListener("beforeprint", before);
  window.addEventListener("afterprint", after);
}
