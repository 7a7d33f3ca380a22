/* Before the first paint: theme and size, sent to the server in a cookie so that figures come in the right colours.
   A classic script in the head, on its own: everything else is in the bundle. */
(() => {
  const root = document.documentElement;
  const narrow = window.matchMedia("(max-width: 799.98px)");
  const low = window.matchMedia("(min-width: 1200px) and (max-height: 820px)");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function stored() {
    try {
      const theme = window.localStorage.getItem("edgelab-theme");
      return ["dark", "light"].includes(theme) ? theme : null;
    } catch {
      return null;
    }
  }

  let chosen = stored(); // null: as the system has it

  function tell() {
    const theme = chosen ?? (dark.matches ? "dark" : "light");
    const size = narrow.matches ? "narrow" : low.matches ? "wide.low" : "wide";
    root.dataset.theme = theme;
    root.dataset.bsTheme = theme;
    document.cookie = `edgelab_screen=${theme}.${size};path=/;SameSite=Lax;max-age=31536000`;
    document.dispatchEvent(new CustomEvent("edgelab:screen"));
  }

  function switchTheme() {
    chosen = root.dataset.theme === "dark" ? "light" : "dark";
    try {
      window.localStorage.setItem("edgelab-theme", chosen);
    } catch {
      /* it holds until the page is loaded anew */
    }
    tell();
  }

  /* Parts that no callback touches come as HTML (dashboard/layouts/static_html.py); they are put into place before the paint. */
  function place() {
    for (const node of document.querySelectorAll("[data-html]")) {
      node.innerHTML = node.dataset.html;
      delete node.dataset.html;
    }
  }

  /* A script or a style that does not arrive leaves a page that only loading it again repairs; nothing else may run. */
  function sayMissing({ target }) {
    const isNeeded = target?.tagName === "SCRIPT" || (target?.tagName === "LINK" && target.rel === "stylesheet");
    if (!isNeeded || document.getElementById("missing-file")) return;
    const bar = document.createElement("div");
    bar.setAttribute("id", "missing-file");
    bar.setAttribute("role", "alert");
    bar.className = "request-bar";
    const words = document.createElement("span");
    words.textContent = "A part of this page did not arrive. Your entries are kept.";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "outline";
    button.textContent = "Load the page again";
    button.addEventListener("click", () => window.location.reload());
    bar.append(words, button);
    (document.body ?? root).append(bar);
  }

  window.addEventListener("error", sayMissing, true);
  new MutationObserver(place).observe(root, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-html"],
  });
  narrow.addEventListener("change", tell);
  low.addEventListener("change", tell);
  dark.addEventListener("change", tell);
  window.edgelab = { switchTheme };
  tell();
})();
