/* A page whose browser keeps no cookie of the lab: said on arrival, before a card is filled in that cannot be locked.

   In a frame of another site most browsers keep none, whatever their user allows; a tab of its own helps there. */

/* What is said, and the words of the link into a new tab, "" where that would not help. */
export function unkeptWords(isFramed) {
  return isFramed
    ? [
        "In this frame your browser keeps no cookie of the lab, so nothing can be locked or saved here.",
        "Open the lab in a new tab",
      ]
    : [
        "This browser keeps no cookie of the lab, so nothing can be locked or saved. Allow this site's cookie, then reload the page.",
        "",
      ];
}

/* Say it under the page's head, and let no card of a bench be filled in. */
export function showUnkept() {
  document.querySelector(".rail")?.setAttribute("inert", "");
  const head = document.querySelector(".bar");
  if (!head || document.querySelector(".no-identity")) return;
  const [words, open] = unkeptWords(window.parent !== window);
  const notice = document.createElement("div");
  notice.className = "lost-identity no-identity";
  notice.setAttribute("role", "alert");
  const said = document.createElement("span");
  said.textContent = words;
  notice.append(said);
  if (open) {
    const link = document.createElement("a");
    link.href = window.location.href;
    link.target = "_blank";
    link.textContent = open;
    notice.append(link);
  }
  head.after(notice);
}
