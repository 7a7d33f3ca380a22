/* Whose page this is, and whose it was: a cookie that was lost leaves a new student, and the page says how to come back.

   This device remembers the student's name for programs and the words for it, until the student leaves. */
import { addActions } from "../page/actions.js";
import {
  dropFromDevice,
  forgetVisit,
  isRecord,
  keepOnDevice,
  loadFromDevice,
  namesOnDevice,
  parsed,
} from "../shared/storage.js";
import { studentOfPage } from "../shared/student.js";

const WAS = "edgelab-student";

/* What the device remembers: {student, who}, or null. */
export function remembered(text) {
  const was = parsed(text);
  return isRecord(was) && typeof was.student === "string" && typeof was.who === "string" ? was : null;
}

/* What is said where the identity is another than the one this device remembers; "" where nothing was lost. */
export function lostWords(was, student) {
  if (!was || !student || was.student === student) return "";
  return `This browser was ${was.who}. Its cookie was deleted, expired or changed, so it is another student now.`;
}

function remember() {
  const who = document.querySelector("[data-who]")?.dataset.who;
  if (who && studentOfPage()) keepOnDevice(WAS, JSON.stringify({ student: studentOfPage(), who }));
}

/* A page has come to stand: say that an identity was lost, with the way back, until it is read. */
export function showWhose() {
  const link = document.querySelector("[data-who]");
  // A sign-on says who one is: another name there is another person, and nothing was lost.
  if (link?.dataset.signedOn) return remember();
  const words = lostWords(remembered(loadFromDevice(WAS)), studentOfPage());
  if (!words || !link) return remember();
  if (document.querySelector(".lost-identity")) return undefined;
  const notice = document.createElement("div");
  notice.className = "lost-identity";
  notice.setAttribute("role", "status");
  const said = document.createElement("span");
  said.textContent = words;
  const back = document.createElement("a");
  back.href = `${link.getAttribute("href")}#resume`;
  back.textContent = "Come back with a resume code or a file";
  const fresh = document.createElement("button");
  fresh.type = "button";
  fresh.className = "outline";
  fresh.dataset.do = "begin_fresh";
  fresh.textContent = "Go on as another student";
  notice.append(said, back, fresh);
  document.querySelector(".bar").after(notice);
  return undefined;
}

/* The student leaves this browser: what it keeps of the visit goes, and of an erased student all that it keeps. */
export function leaveBehind(isErased) {
  dropFromDevice(WAS);
  const prefixes = ["edgelab-draft:", ...(isErased ? ["edgelab-outbox:"] : [])];
  for (const prefix of prefixes) namesOnDevice(`${prefix}${studentOfPage()}:`).forEach(dropFromDevice);
  forgetVisit();
}

export function install() {
  addActions({
    begin_fresh: (node) => {
      remember();
      node.closest(".lost-identity").remove();
    },
  });
}
