/* Another theme or width: open benches ask for their figures anew, frames without data change colours here. */
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

function onScreenChange() {
  const palettes = JSON.parse(document.getElementById("screen")?.dataset.palettes ?? "null");
  const isDark = document.documentElement.dataset.theme === "dark";
  for (const benchState of Object.values(benchStates)) {
    if (!benchState.root?.isConnected) continue;
    if (isUnlocked(benchState)) {
      benchState.sent = null;
      command(benchState.key, { values: {} });
    } else if (palettes) {
      const [from, to] = isDark ? palettes : palettes.toReversed();
      for (const graph of benchState.root.querySelectorAll(".js-plotly-plot")) {
        window.Plotly.react(graph, graph.data, recoloured(graph.layout, from, to), graph._context);
      }
    }
  }
}

export function install() {
  addActions({ theme: () => window.edgelab.switchTheme() });
  document.addEventListener("edgelab:screen", onScreenChange);
}
