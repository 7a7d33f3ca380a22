/* Before the first paint: theme and width, sent to the server in a cookie so that figures come in the right colours. */
(function () {
  "use strict";
  var root = document.documentElement;
  var narrow = window.matchMedia("(max-width: 799.98px)");
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return window.localStorage.getItem("edgelab-theme");
    } catch (_blocked) {
      return null;
    }
  }

  function tell() {
    var theme = chosen() || (dark.matches ? "dark" : "light");
    root.dataset.theme = theme;
    root.dataset.bsTheme = theme;
    document.cookie = "edgelab_screen=" + theme + "." + (narrow.matches ? "narrow" : "wide") + ";path=/;SameSite=Lax;max-age=31536000";
    document.dispatchEvent(new CustomEvent("edgelab:screen"));
  }

  /* Parts that no callback touches come as HTML (dashboard/layouts/static_html.py); they are put into place before the paint. */
  new MutationObserver(function () {
    document.querySelectorAll("[data-html]").forEach(function (node) {
      node.innerHTML = node.dataset.html;
      delete node.dataset.html;
    });
  }).observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-html"] });

  window.edgelabTheme = function () {
    var next = root.dataset.theme === "dark" ? "light" : "dark";
    try {
      window.localStorage.setItem("edgelab-theme", next);
    } catch (_blocked) {
      root.dataset.theme = next;
    }
    tell();
  };
  narrow.addEventListener("change", tell);
  dark.addEventListener("change", tell);
  tell();
})();
