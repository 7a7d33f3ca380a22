/* Choices that are kept: made on one bench, they hold on every bench of a visit that has them, and the address says them. */
import { isUnlocked } from "../controls/bench_states.js";
import { listen } from "../shared/events.js";
import { loadChoice, saveChoice } from "../shared/storage.js";

/* The option that holds: what the address asks for, else what was kept, else the default. */
export function chosenOption(texts, standard, asked, kept) {
  const isOption = (option) => Object.hasOwn(texts, option);
  return [asked, kept].find(isOption) ?? standard;
}

function nodesOf(benchState) {
  return [...benchState.root.querySelectorAll("[data-kept]")];
}

function textsOf(node) {
  return JSON.parse(node.dataset.texts);
}

function chosen(node) {
  const name = node.dataset.kept;
  const asked = new URLSearchParams(window.location.search).get(name);
  return chosenOption(textsOf(node), node.dataset.default, asked, loadChoice(name));
}

function keep(node, option) {
  saveChoice(node.dataset.kept, option);
  const url = new URL(window.location.href);
  url.searchParams.set(node.dataset.kept, option);
  window.history.replaceState(window.history.state, "", url);
  node.textContent = textsOf(node)[option];
}

function keepChoices(benchState) {
  for (const node of nodesOf(benchState)) {
    const option = benchState.values[node.dataset.kept];
    if (Object.hasOwn(textsOf(node), option) && option !== chosen(node)) keep(node, option);
  }
}

/* On arrival: the words in the read-out, and the values of the controls that the bench has. */
export function keptChoices(benchState) {
  const values = {};
  for (const node of nodesOf(benchState)) {
    const name = node.dataset.kept;
    const option = chosen(node);
    node.textContent = textsOf(node)[option];
    if (option !== node.dataset.default) keep(node, option);
    const isElsewhere = benchState.spec[name] && benchState.values[name] !== option;
    if (isUnlocked(benchState) && isElsewhere) values[name] = option;
  }
  return values;
}

export function install() {
  listen("committed", keepChoices);
}
