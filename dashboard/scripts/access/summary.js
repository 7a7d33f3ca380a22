/* Where a bench stands in a few sentences, at the top of its page for who does not see the figures and the read-out. */

/* What a status shape means in words. */
export const LEVEL_WORDS = { ok: "met", warn: "warning", fail: "fails" };

function textOf(node) {
  return (node?.textContent ?? "").replace(/\s+/g, " ").trim();
}

function gaugeWords(gauge) {
  const [label, value, limit] = [".gauge-label", "b", ".gauge-limit"].map((part) => textOf(gauge.querySelector(part)));
  const level = LEVEL_WORDS[gauge.querySelector(".shape")?.dataset.shape];
  const bound = limit.replace("≤", "at most").replace("≥", "at least");
  return `${label} ${value}${bound ? `, ${bound}` : ""}${level ? `, ${level}` : ""}.`;
}

/* Whether the page shows no verdict yet, because what it has is not that of the controls. */
export function isPending({ root }) {
  return Boolean(root?.classList.contains("is-pending"));
}

/* The sentences; before the lock they say what comes first. */
export function stateWords({ root, texts }) {
  if (!root.classList.contains("is-unlocked") || !texts) {
    return "The instruments are closed. Predict first; they open after your lock.";
  }
  if (isPending({ root })) return "The state that you left here is being computed.";
  const tries = textOf(root.querySelector('[data-paint="progress_summary.tries"]'));
  return [
    `${texts.status.title}. ${texts.status.facts}`.trim().replace(/\.?$/, "."),
    ...Array.from(root.querySelectorAll(".gauge"), gaugeWords),
    tries ? `Tries: ${tries}.` : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/* Write the sentences where the page has their place. */
export function showState(benchState) {
  const place = benchState.root?.querySelector("[data-state-words]");
  const words = place && stateWords(benchState);
  if (place && place.textContent !== words) place.textContent = words;
}
