/* What a screen reader says. */

const SPEAK_MS = 900;

export function announce(text) {
  const place = document.getElementById("announcer");
  if (place) place.textContent = text;
}

/* The status of a bench, spoken once its controls are left alone, never during a drag. */
export function announceSoon(benchState) {
  clearTimeout(benchState.speech);
  benchState.speech = setTimeout(() => {
    if (benchState.texts) announce(`${benchState.texts.status.title}. ${benchState.texts.status.facts}`);
  }, SPEAK_MS);
}
