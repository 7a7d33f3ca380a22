/* Presses that need no server: theme, undo, reset, fixes, the sheet, exports; and what happens when a page arrives. */
(function () {
  "use strict";
  var gate = window.edgelabGate;
  var lab = window.dash_clientside.lab;

  function benchStateAround(node) {
    var root = node.closest("[data-bench]");
    return root ? gate.benchStates[root.dataset.bench] : null;
  }
  function defaults(benchState) {
    var values = {};
    Object.keys(benchState.spec).forEach(function (name) { values[name] = benchState.spec[name].default; });
    return values;
  }
  function graphOf(node) {
    return node.closest(".panel").querySelector(".js-plotly-plot");
  }
  function fileName(node) {
    return (node.closest("[data-bench]").dataset.bench + "-" + node.dataset.panel).replace(/[^a-z0-9]+/gi, "-");
  }
  function download(name, text) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    link.click();
    window.setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }
  function cell(value) {
    var text = String(value);
    return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }
  function csv(node) {
    var rows = ["series,x,y"];
    graphOf(node).data.forEach(function (trace) {
      Array.prototype.forEach.call(trace.x, function (x, i) { rows.push([trace.name, x, trace.y[i]].map(cell).join(",")); });
    });
    download(fileName(node) + ".csv", rows.join("\r\n") + "\r\n");
  }
  function png(node) {
    var graph = graphOf(node);
    var paper = getComputedStyle(document.documentElement).getPropertyValue("--paper").trim();
    var layout = Object.assign({}, graph.layout, { paper_bgcolor: paper });
    var size = { width: graph.clientWidth, height: graph.clientHeight };
    window.Plotly.downloadImage({ data: graph.data, layout: layout }, Object.assign({ format: "png", scale: 2, filename: fileName(node) }, size));
  }

  function sheet(open) {
    var explore = document.querySelector(".explore");
    var button = document.querySelector(".sheet-button");
    if (!explore || !button) return;
    explore.classList.toggle("sheet-open", open);
    document.body.classList.toggle("has-sheet", open);
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "Close" : "Controls";
    if (open) {
      document.documentElement.style.setProperty("--sheet", explore.offsetHeight + "px");
      var first = explore.querySelector("input[type=range]");
      if (first) first.focus({ preventScroll: true });
      var figure = document.querySelector(".panel .graph");
      if (figure) window.scrollTo({ top: figure.getBoundingClientRect().top + window.scrollY - 104 });
    } else {
      button.focus({ preventScroll: true });
    }
  }

  var pageActions = {
    theme: function () { window.edgelabTheme(); },
    undo: function (_node, benchState) { gate.undo(benchState); },
    redo: function (_node, benchState) { gate.redo(benchState); },
    reset: function (_node, benchState) { gate.command(benchState.key, { values: defaults(benchState) }); },
    default: function (node, benchState) {
      var name = node.closest("[data-control]").dataset.control;
      var values = {};
      values[name] = benchState.spec[name].default;
      gate.command(benchState.key, { values: values });
      var field = node.closest("[data-control]").querySelector("input");
      if (field) field.focus();
    },
    fix: function (node, benchState) {
      var fix = benchState.texts.status.fixes[Number(node.dataset.fix)];
      var values = {};
      values[fix.control] = fix.value;
      gate.command(benchState.key, { values: values });
    },
    retry: function (_node, benchState) { gate.command(benchState.key, { values: {} }); },
    sheet: function (node) { sheet(node.getAttribute("aria-expanded") !== "true"); },
    csv: csv,
    png: png,
  };

  document.addEventListener("click", function (event) {
    var node = event.target.closest && event.target.closest("[data-do]");
    if (!node || node.disabled) return;
    event.preventDefault();
    (pageActions[node.dataset.do] || window.edgelabActions[node.dataset.do])(node, benchStateAround(node));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      if (document.body.classList.contains("has-sheet")) sheet(false);
      if (document.activeElement && document.activeElement.matches(".reading")) document.activeElement.blur();
    }
    var writing = event.target.matches("textarea, input[type=text]");
    if (!writing && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      var root = document.querySelector("[data-bench].is-unlocked");
      var benchState = root && gate.benchStates[root.dataset.bench];
      if (benchState) {
        event.preventDefault();
        (event.shiftKey ? gate.redo : gate.undo)(benchState);
      }
    }
  });
  /* Frames without data know no controls to ask for anew, so their colours are exchanged here. */
  function recolour(graph, from, to) {
    var layout = JSON.parse(JSON.stringify(graph.layout), function (_name, value) {
      var role = typeof value === "string" && Object.keys(from).find(function (name) { return from[name] === value; });
      return role ? to[role] : value;
    });
    window.Plotly.react(graph, graph.data, layout, graph._context);
  }
  document.addEventListener("edgelab:screen", function () {
    var palettes = JSON.parse((document.getElementById("screen") || { dataset: {} }).dataset.palettes || "null");
    var dark = document.documentElement.dataset.theme === "dark";
    Object.keys(gate.benchStates).forEach(function (key) {
      var benchState = gate.benchStates[key];
      if (!benchState.root || !benchState.root.isConnected) return;
      if (benchState.root.classList.contains("is-unlocked")) {
        benchState.sent = null;
        gate.command(key, { values: {} });
      } else if (palettes) {
        benchState.root.querySelectorAll(".js-plotly-plot").forEach(function (graph) {
          recolour(graph, palettes[dark ? 0 : 1], palettes[dark ? 1 : 0]);
        });
      }
    });
  });
  document.addEventListener("edgelab:problem", function (event) {
    window.edgelabAnnounce(event.detail);
    var saved = document.getElementById("saved");
    if (!saved) return;
    saved.innerHTML = '<span class="shape shape-14" data-shape="warn" aria-hidden="true"></span><span class="problem-text"></span>';
    saved.querySelector(".problem-text").textContent = event.detail;
  });

  /* A popover opens to the side where there is room. */
  function chooseSide(event) {
    var reading = event.target.closest && event.target.closest(".reading");
    if (reading) reading.classList.toggle("to-left", reading.getBoundingClientRect().left + 376 > window.innerWidth);
  }
  document.addEventListener("mouseover", chooseSide);
  document.addEventListener("focusin", chooseSide);

  window.addEventListener("pagehide", function () {
    Object.keys(gate.benchStates).forEach(function (key) { gate.saveValues(gate.benchStates[key]); });
  });

  lab.preset = function (chosen, presets) {
    var callback = window.dash_clientside.callback_context;
    var benchState = gate.benchStates[callback.inputs_list[0].id.bench];
    if (!chosen || !benchState || !presets[chosen]) return window.dash_clientside.no_update;
    gate.command(benchState.key, { values: Object.assign(defaults(benchState), presets[chosen]) });
    return "";
  };

  /* A page has come to stand: its title, and for a reader of the page its beginning. */
  var first = true;
  lab.page_ready = function () {
    window.setTimeout(function () {
      var page = document.querySelector("[data-title]");
      if (page) document.title = page.dataset.title;
      document.body.classList.remove("has-sheet");
      if (!first) {
        window.scrollTo({ top: 0 });
        var content = document.getElementById("content");
        if (content) content.focus({ preventScroll: true });
      }
      first = false;
    }, 0);
    return window.dash_clientside.no_update;
  };
})();
