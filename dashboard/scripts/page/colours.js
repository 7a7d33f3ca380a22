/* Another theme or width: open benches ask for their figures anew; frames without data and the ledger change colours here. */
import { benchStates, isUnlocked } from "../controls/bench_states.js";
import { command } from "../controls/gate.js";
import { addActions } from "./actions.js";

/* A layout with every colour of one palette replaced by the one of the same role in the other. */
export function recoloured(layout, from, to) {
  const roles = Object.keys(from);
  return JSON.parse(JSON.stringify(layout), (_name, value) => {
    const role = typeof value === "string" && roles.find((each) => from[each] === value);
    return role ? to[role] : value;
  });
}

/* Draw the graphs in a part of the page in the colours of the other theme; their numbers stay. */
function recolour(root, palettes, isDark) {
  const [from, to] = isDark ? palettes : palettes.toReversed();
  for (const graph of root.querySelectorAll(".js-plotly-plot")) {
    window.Plotly.react(graph, recoloured(graph.data, from, to), recoloured(graph.layout, from, to), graph._context);
  }
}

function onScreenChange() {
  const palettes = JSON.parse(document.getElementById("screen")?.dataset.palettes ?? "null");
  const isDark = document.documentElement.dataset.theme === "dark";
  for (const benchState of Object.values(benchStates)) {
    if (!benchState.root?.isConnected) continue;
    if (isUnlocked(benchState)) {
      benchState.sent = null;
      command(benchState.key, { values: {} });
    } else if (palettes) {
      recolour(benchState.root, palettes, isDark);
    }
  }
  const ledger = document.querySelector(".ledger");
  if (ledger && palettes) recolour(ledger, palettes, isDark);
}

export function install() {
  addActions({ theme: () => window.edgelab.switchTheme() });
  document.addEventListener("edgelab:screen", onScreenChange);
}
