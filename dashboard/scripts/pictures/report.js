/* A figure as a picture for a report: its question above, what it answers and the settings below, in the page's font. */
import { textOf } from "../controls/values.js";
import { fontRules } from "./fonts.js";

const SCALE = 2;
const MARGIN = 24;
const FAMILY = '"Source Sans 3 Variable", system-ui, sans-serif';
const STYLES = {
  title: { font: `600 18px ${FAMILY}`, line: 24, colour: "--ink" },
  answer: { font: `400 16px ${FAMILY}`, line: 22, colour: "--ink-2" },
  small: { font: `400 13px ${FAMILY}`, line: 18, colour: "--ink-3" },
};

/* A text in lines that are no wider than that; a word that is wider alone has a line of its own. */
export function inLines(text, width, measure) {
  const lines = [];
  for (const word of text.split(/[ \n]+/).filter(Boolean)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && measure(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/* Every control with its value, as one text. */
export function settingsText({ spec, values }) {
  return Object.entries(spec)
    .map(([name, rule]) => `${rule.label} ${textOf(rule, values[name])}`)
    .join(" · ");
}

/* The drawing as an image, its fonts within it. */
async function drawingOf(graph, width, height) {
  const svg = await window.Plotly.toImage(
    { data: graph.data, layout: graph.layout },
    { format: "svg", width, height, imageDataOnly: true },
  );
  const rules = await fontRules(graph.textContent);
  const whole = svg.replace(/<svg[^>]*>/, (head) => `${head}<style>${rules}</style>`);
  const address = URL.createObjectURL(new Blob([whole], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return { image, free: () => URL.revokeObjectURL(address) };
  } catch (problem) {
    URL.revokeObjectURL(address);
    throw problem;
  }
}

/* Write blocks of text below each other; return where the next begins. Without ``draw`` it is only measured. */
function write(context, blocks, top, width, draw) {
  const colours = getComputedStyle(document.documentElement);
  let y = top;
  for (const { text, style } of blocks) {
    if (!text) continue;
    const { font, line, colour } = STYLES[style];
    context.font = font;
    context.fillStyle = colours.getPropertyValue(colour).trim();
    for (const row of inLines(text, width, (words) => context.measureText(words).width)) {
      if (draw) context.fillText(row, MARGIN, y + 0.75 * line);
      y += line;
    }
    y += 6;
  }
  return y;
}

/* The picture as a blob: the figure at its size on the page, twice as many pixels. */
export async function reportPicture(panel, benchState) {
  const graph = panel.querySelector(".js-plotly-plot");
  const { clientWidth: width, clientHeight: height } = graph;
  const above = [{ text: panel.querySelector("h2").textContent, style: "title" }];
  const below = [
    { text: panel.querySelector(".answer").textContent, style: "answer" },
    { text: benchState ? settingsText(benchState) : "", style: "small" },
    { text: document.title, style: "small" },
  ];
  await document.fonts.ready;
  const { image, free } = await drawingOf(graph, width, height);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const start = write(context, above, MARGIN, width, false);
  const end = write(context, below, start + height, width, false) + MARGIN;
  canvas.width = SCALE * (width + 2 * MARGIN);
  canvas.height = SCALE * end;
  context.scale(SCALE, SCALE);
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--paper").trim();
  context.fillRect(0, 0, canvas.width, canvas.height);
  write(context, above, MARGIN, width, true);
  context.drawImage(image, MARGIN, start, width, height);
  write(context, below, start + height, width, true);
  free();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large."))), "image/png");
  });
}
