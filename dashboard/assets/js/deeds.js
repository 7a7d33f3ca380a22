/* What is recorded and compared: tries, pins, the view of a panel, the context that stays from bench to bench. */
(function () {
  "use strict";
  var gate = window.edgelabGate;
  var MOST_COMPARED = 3;

  function setSlot(desk, name, data) {
    window.dash_clientside.set_props({ kind: "slot", bench: desk.key, name: name }, { data: data });
  }
  function deed(desk, what) {
    // A double click is one deed; another deed is never held back.
    if (desk.doing && desk.doing.do === what.do && Date.now() - desk.doing.at < 5000) return;
    desk.doing = { do: what.do, at: Date.now() };
    setSlot(desk, "deed", Object.assign({ at: Date.now() + Math.random() }, what));
  }

  function keepCompared(desk) {
    try {
      window.sessionStorage.setItem("edgelab-pins:" + desk.key, JSON.stringify(desk.compare));
    } catch (_blocked) { /* pins are then forgotten by a reload; tries are not */ }
  }
  function pinned(desk) {
    if (desk.compare) return desk.compare;
    desk.compare = [];
    try {
      var kept = JSON.parse(window.sessionStorage.getItem("edgelab-pins:" + desk.key));
      if (Array.isArray(kept)) desk.compare = kept.filter(Number.isInteger).slice(0, MOST_COMPARED);
    } catch (_unreadable) { desk.compare = []; }
    return desk.compare;
  }
  function recorded(desk) {
    return Array.prototype.map.call(desk.root.querySelectorAll("[data-do=pin]"), function (node) { return Number(node.dataset.try); });
  }
  function showPins(desk) {
    if (!desk.root) return;
    var numbers = pinned(desk);
    desk.root.querySelectorAll("[data-do=pin]").forEach(function (node) {
      node.setAttribute("aria-pressed", String(numbers.indexOf(Number(node.dataset.try)) >= 0));
    });
    var compare = desk.root.querySelector("[data-do=compare]");
    if (compare) compare.setAttribute("aria-pressed", String(numbers.length > 0));
  }
  function comparing(desk, numbers) {
    desk.compare = numbers.slice(-MOST_COMPARED);
    keepCompared(desk);
    showPins(desk);
    setSlot(desk, "compare", desk.compare);
  }
  function rowValues(node) {
    return JSON.parse(node.closest("[data-values]").dataset.values);
  }

  window.edgelabDeeds = {
    record: function (_node, desk) {
      gate.settle(desk);
      deed(desk, { do: "record", values: desk.values });
    },
    observe: function (_node, desk) { deed(desk, { do: "observe" }); },
    learnt: function (_node, desk) { deed(desk, { do: "learnt" }); },
    carry: function (node, desk) { deed(desk, { do: "carry", try: Number(node.dataset.try) }); },
    restore: function (node, desk) {
      gate.command(desk.key, { values: rowValues(node) });
      window.edgelabAnnounce("The controls are those of try " + node.dataset.try + ".");
    },
    pin: function (node, desk) {
      var number = Number(node.dataset.try);
      var numbers = pinned(desk);
      comparing(desk, numbers.indexOf(number) >= 0 ? numbers.filter(function (n) { return n !== number; }) : numbers.concat(number));
    },
    compare: function (_node, desk) {
      comparing(desk, pinned(desk).length ? [] : recorded(desk).slice(-MOST_COMPARED));
    },
    view: function (node, desk) {
      node.parentElement.querySelectorAll("[data-do=view]").forEach(function (other) {
        other.setAttribute("aria-pressed", String(other === node));
      });
      window.dash_clientside.set_props({ kind: "drawn", bench: desk.key, name: node.dataset.panel }, { data: node.dataset.view });
    },
  };

  /* The server has answered a deed: what was recorded stands, or why not. */
  window.edgelabDone = function (desk, standing) {
    desk.doing = null;
    window.setTimeout(function () {
      showPins(desk);
      if (!standing.deed) return;
      if (standing.message) {
        window.edgelabAnnounce(standing.message);
      } else if (standing.deed === "record") {
        window.edgelabAnnounce("Recorded. Tries: " + standing.tries + ".");
      } else if (standing.deed === "observe") {
        var line = desk.root.querySelector("[data-reveal]");
        if (line) line.focus();
      }
    }, 50);
  };
  /* A bench's body has come to stand: earlier pins are drawn again, what binds is computed. */
  window.edgelabStood = function (desk) {
    if (!desk.root.classList.contains("is-open")) return;
    var still = pinned(desk).filter(function (number) { return recorded(desk).indexOf(number) >= 0; });
    if (still.length) comparing(desk, still);
    setSlot(desk, "rest", { values: desk.values });
  };
  document.addEventListener("edgelab:rest", function (event) {
    setSlot(event.detail, "rest", { values: event.detail.values });
    keepContext(event.detail);
  });
  document.addEventListener("edgelab:problem", function () {
    Object.keys(gate.desks).forEach(function (key) { gate.desks[key].doing = null; });
  });

  /* Context: chosen on one bench, kept for all of a visit, and said in the address. */
  var WORDS = { centralised: "centralised", federated: "federated" };
  function context() {
    var asked = new URLSearchParams(window.location.search).get("context");
    if (WORDS[asked]) return asked;
    try {
      return WORDS[window.sessionStorage.getItem("edgelab-context")] || "federated";
    } catch (_blocked) {
      return "federated";
    }
  }
  function setContext(chosen) {
    try {
      window.sessionStorage.setItem("edgelab-context", chosen);
    } catch (_blocked) { /* the address still says it */ }
    var url = new URL(window.location.href);
    url.searchParams.set("context", chosen);
    window.history.replaceState(window.history.state, "", url);
    document.querySelectorAll("[data-context-word]").forEach(function (node) { node.textContent = chosen; });
  }
  function keepContext(desk) {
    if (WORDS[desk.values.context] && desk.values.context !== context()) setContext(desk.values.context);
  }
  /* On arrival: the word in the read-out, and the control where the bench has one. */
  window.edgelabContext = function (desk) {
    var chosen = context();
    desk.root.querySelectorAll("[data-context-word]").forEach(function (node) { node.textContent = chosen; });
    if (chosen !== "federated") setContext(chosen);
    var open = desk.root.classList.contains("is-open");
    return open && desk.spec.context && desk.values.context !== chosen ? { context: chosen } : {};
  };
})();
