/* What is recorded and compared: tries, pins, the view of a panel, choices that stay from bench to bench. */
(function () {
  "use strict";
  var gate = window.edgelabGate;
  var MAX_COMPARED = 3;

  function setSlot(benchState, name, data) {
    window.dash_clientside.set_props({ kind: "slot", bench: benchState.key, name: name }, { data: data });
  }
  function act(benchState, what) {
    // A double click is one action; another action is never held back.
    if (benchState.doing && benchState.doing.do === what.do && Date.now() - benchState.doing.at < 5000) return;
    benchState.doing = { do: what.do, at: Date.now() };
    setSlot(benchState, "action", Object.assign({ at: Date.now() + Math.random() }, what));
  }

  function saveCompared(benchState) {
    try {
      window.sessionStorage.setItem("edgelab-pins:" + benchState.key, JSON.stringify(benchState.compare));
    } catch (_blocked) { /* pins are then forgotten by a reload; tries are not */ }
  }
  function pinned(benchState) {
    if (benchState.compare) return benchState.compare;
    benchState.compare = [];
    try {
      var kept = JSON.parse(window.sessionStorage.getItem("edgelab-pins:" + benchState.key));
      if (Array.isArray(kept)) benchState.compare = kept.filter(Number.isInteger).slice(0, MAX_COMPARED);
    } catch (_unreadable) { benchState.compare = []; }
    return benchState.compare;
  }
  function recorded(benchState) {
    return Array.prototype.map.call(benchState.root.querySelectorAll("[data-do=pin]"), function (node) { return Number(node.dataset.try); });
  }
  function showPins(benchState) {
    if (!benchState.root) return;
    var numbers = pinned(benchState);
    benchState.root.querySelectorAll("[data-do=pin]").forEach(function (node) {
      node.setAttribute("aria-pressed", String(numbers.indexOf(Number(node.dataset.try)) >= 0));
    });
    var compare = benchState.root.querySelector("[data-do=compare]");
    if (compare) compare.setAttribute("aria-pressed", String(numbers.length > 0));
  }
  function comparing(benchState, numbers) {
    benchState.compare = numbers.slice(-MAX_COMPARED);
    saveCompared(benchState);
    showPins(benchState);
    setSlot(benchState, "compare", benchState.compare);
  }
  function rowValues(node) {
    return JSON.parse(node.closest("[data-values]").dataset.values);
  }

  window.edgelabActions = {
    record: function (_node, benchState) {
      gate.commitChange(benchState);
      act(benchState, { do: "record", values: benchState.values });
    },
    observe: function (_node, benchState) { act(benchState, { do: "observe" }); },
    learnt: function (_node, benchState) { act(benchState, { do: "learnt" }); },
    carry: function (node, benchState) { act(benchState, { do: "carry", try: Number(node.dataset.try) }); },
    restore: function (node, benchState) {
      gate.command(benchState.key, { values: rowValues(node) });
      window.edgelabAnnounce("The controls are those of try " + node.dataset.try + ".");
    },
    pin: function (node, benchState) {
      var number = Number(node.dataset.try);
      var numbers = pinned(benchState);
      comparing(benchState, numbers.indexOf(number) >= 0 ? numbers.filter(function (n) { return n !== number; }) : numbers.concat(number));
    },
    compare: function (_node, benchState) {
      comparing(benchState, pinned(benchState).length ? [] : recorded(benchState).slice(-MAX_COMPARED));
    },
    view: function (node, benchState) {
      node.parentElement.querySelectorAll("[data-do=view]").forEach(function (other) {
        other.setAttribute("aria-pressed", String(other === node));
      });
      window.dash_clientside.set_props({ kind: "drawn", bench: benchState.key, name: node.dataset.panel }, { data: node.dataset.view });
    },
  };

  /* The server has answered an action: what was recorded stands, or why not. */
  window.edgelabActionDone = function (benchState, progressSummary) {
    benchState.doing = null;
    window.setTimeout(function () {
      showPins(benchState);
      if (!progressSummary.action) return;
      if (progressSummary.message) {
        window.edgelabAnnounce(progressSummary.message);
      } else if (progressSummary.action === "record") {
        window.edgelabAnnounce("Recorded. Tries: " + progressSummary.tries + ".");
      } else if (progressSummary.action === "observe") {
        var line = benchState.root.querySelector("[data-reveal]");
        if (line) line.focus();
      }
    }, 50);
  };
  /* A bench's body has come to stand: earlier pins are drawn again, what binds is computed. */
  window.edgelabBenchReady = function (benchState) {
    if (!benchState.root.classList.contains("is-unlocked")) return;
    var still = pinned(benchState).filter(function (number) { return recorded(benchState).indexOf(number) >= 0; });
    if (still.length) comparing(benchState, still);
    setSlot(benchState, "idle", { values: benchState.values });
  };
  document.addEventListener("edgelab:idle", function (event) {
    setSlot(event.detail, "idle", { values: event.detail.values });
    saveChoices(event.detail);
  });
  document.addEventListener("edgelab:problem", function () {
    Object.keys(gate.benchStates).forEach(function (key) { gate.benchStates[key].doing = null; });
  });

  /* Choices that are kept: made on one bench, they hold on every bench of a visit that has them, and the address says them. */
  function keptNodes(benchState) {
    return Array.prototype.slice.call(benchState.root.querySelectorAll("[data-kept]"));
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
  function saveChoice(node, option) {
    try {
      window.sessionStorage.setItem("edgelab-" + node.dataset.kept, option);
    } catch (_blocked) { /* the address still says it */ }
    var url = new URL(window.location.href);
    url.searchParams.set(node.dataset.kept, option);
    window.history.replaceState(window.history.state, "", url);
    node.textContent = textsOf(node)[option];
  }
  function saveChoices(benchState) {
    keptNodes(benchState).forEach(function (node) {
      var option = benchState.values[node.dataset.kept];
      if (isOption(node, option) && option !== chosen(node)) saveChoice(node, option);
    });
  }
  /* On arrival: the words in the read-out, and the controls that the bench has. */
  window.edgelabKeptChoices = function (benchState) {
    var values = {};
    keptNodes(benchState).forEach(function (node) {
      var name = node.dataset.kept;
      var option = chosen(node);
      node.textContent = textsOf(node)[option];
      if (option !== node.dataset.default) saveChoice(node, option);
      if (benchState.root.classList.contains("is-unlocked") && benchState.spec[name] && benchState.values[name] !== option) values[name] = option;
    });
    return values;
  };
})();
