/* What a screen reader says. */
import { isPending } from "../access/summary.js";

const SPEAK_MS = 900;
const ONCE_MS = 1000;

let saidAt = 0;

/* Say a text: once where two parts say the same at one time, and again, with a space at its end, where it comes again later;
   a reader says nothing of a text that stays. */
export function announce(text) {
  const place = document.getElementById("announcer");
  if (!place) return;
  const isSame = place.textContent === text;
  if (!isSame) place.textContent = text;
  else if (text && Date.now() - saidAt > ONCE_MS) place.textContent = `${text}\u00a0`;
  saidAt = Date.now();
}

/* The status of a bench, spoken once its controls are left alone, never during a drag. */
export function announceSoon(benchState) {
  clearTimeout(benchState.speech);
  benchState.speech = setTimeout(() => {
    if (benchState.texts && !isPending(benchState))
      announce(`${benchState.texts.status.title}. ${benchState.texts.status.facts}`);
  }, SPEAK_MS);
}
