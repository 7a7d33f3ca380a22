/* Before the first paint: theme and width, sent to the server in a cookie so that figures come in the right colours.
   A classic script in the head, on its own: everything else is in the bundle. */
(() => {
  const root = document.documentElement;
  const narrow = window.matchMedia("(max-width: 799.98px)");
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
    const width = narrow.matches ? "narrow" : "wide";
    root.dataset.theme = theme;
    root.dataset.bsTheme = theme;
    document.cookie = `edgelab_screen=${theme}.${width};path=/;SameSite=Lax;max-age=31536000`;
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

  new MutationObserver(place).observe(root, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-html"],
  });
  narrow.addEventListener("change", tell);
  dark.addEventListener("change", tell);
  window.edgelab = { switchTheme };
  tell();
})();
