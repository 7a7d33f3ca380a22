/* What is recorded and compared: tries, pins, the view of a panel, choices that stay from bench to bench. */
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
    keepChoices(event.detail);
  });
  document.addEventListener("edgelab:problem", function () {
    Object.keys(gate.desks).forEach(function (key) { gate.desks[key].doing = null; });
  });

  /* Choices that are kept: made on one bench, they hold on every bench of a visit that has them, and the address says them. */
  function keptNodes(desk) {
    return Array.prototype.slice.call(desk.root.querySelectorAll("[data-kept]"));
  }
  function textsOf(node) {
    return JSON.parse(node.dataset.texts);
  }
  function isOption(node, option) {
    return Object.prototype.hasOwnProperty.call(textsOf(node), option);
  }
  function chosen(node) {
    var asked = new URLSearchParams(window.location.search).get(node.dataset.kept);
    if (isOption(node, asked)) return asked;
    var kept = null;
    try {
      kept = window.sessionStorage.getItem("edgelab-" + node.dataset.kept);
    } catch (_blocked) { /* the address still says it */ }
    return isOption(node, kept) ? kept : node.dataset.default;
  }
  function keepChoice(node, option) {
    try {
      window.sessionStorage.setItem("edgelab-" + node.dataset.kept, option);
    } catch (_blocked) { /* the address still says it */ }
    var url = new URL(window.location.href);
    url.searchParams.set(node.dataset.kept, option);
    window.history.replaceState(window.history.state, "", url);
    node.textContent = textsOf(node)[option];
  }
  function keepChoices(desk) {
    keptNodes(desk).forEach(function (node) {
      var option = desk.values[node.dataset.kept];
      if (isOption(node, option) && option !== chosen(node)) keepChoice(node, option);
    });
  }
  /* On arrival: the words in the read-out, and the controls that the bench has. */
  window.edgelabKeptChoices = function (desk) {
    var values = {};
    keptNodes(desk).forEach(function (node) {
      var name = node.dataset.kept;
      var option = chosen(node);
      node.textContent = textsOf(node)[option];
      if (option !== node.dataset.default) keepChoice(node, option);
      if (desk.root.classList.contains("is-open") && desk.spec[name] && desk.values[name] !== option) values[name] = option;
    });
    return values;
  };
})();
