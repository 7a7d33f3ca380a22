/* The texts of one state written into the places that carry its names; no component is rebuilt while a student drags. */
(function () {
  "use strict";
  var gate = window.edgelabGate;

  function at(texts, path) {
    return path.split(".").reduce(function (part, name) { return part === undefined || part === null ? undefined : part[name]; }, texts);
  }
  function write(node, text) {
    text = text === undefined || text === null ? "" : String(text);
    if (node.textContent !== text) node.textContent = text;
  }

  function places(benchState) {
    if (benchState.places && benchState.places.root === benchState.root) return benchState.places;
    var all = function (selector) { return Array.prototype.slice.call(benchState.root.querySelectorAll(selector)); };
    benchState.places = {
      root: benchState.root,
      texts: all("[data-paint]"), levels: all("[data-level]"), tints: all("[data-tint]"), bars: all("[data-bar]"),
      shows: all("[data-show]"), fixes: all("[data-fix]"),
    };
    return benchState.places;
  }

  /* What the browser knows without an answer: the values of the controls. */
  function paintValues(benchState) {
    places(benchState).texts.forEach(function (node) {
      var name = node.dataset.paint.slice(7);
      if (node.dataset.paint.indexOf("values.") === 0) write(node, gate.words(benchState.spec[name], benchState.values[name]));
    });
  }
  /* What is not of the state: progress_summary.tries, sensitivity.text. */
  function paintPart(benchState, name, part) {
    places(benchState).texts.forEach(function (node) {
      if (node.dataset.paint.indexOf(name + ".") === 0) write(node, at(part, node.dataset.paint.slice(name.length + 1)));
    });
  }
  function paintTexts(benchState, texts) {
    var here = places(benchState);
    here.texts.forEach(function (node) {
      if (!/^(values|progress_summary|sensitivity)[.]/.test(node.dataset.paint)) write(node, at(texts, node.dataset.paint));
    });
    here.levels.forEach(function (node) { node.dataset.shape = at(texts, node.dataset.level) || ""; });
    here.tints.forEach(function (node) { node.dataset.state = at(texts, node.dataset.tint) || "ok"; });
    here.bars.forEach(function (node) {
      var reading = at(texts, node.dataset.bar) || {};
      node.hidden = reading.bar === null || reading.bar === undefined;
      node.style.setProperty("--bar", reading.bar || 0);
      node.style.setProperty("--tick", reading.tick || 0);
      node.dataset.state = reading.level || "";
    });
    here.shows.forEach(function (node) { node.hidden = !at(texts, node.dataset.show); });
    here.fixes.forEach(function (node) { node.hidden = !(texts.status.fixes || [])[Number(node.dataset.fix)]; });
    benchState.texts = texts;
  }

  /* Spoken once the controls are left alone, never during a drag. */
  function announce(text) {
    var place = document.getElementById("announcer");
    if (place) place.textContent = text;
  }
  function announceSoon(benchState) {
    window.clearTimeout(benchState.speech);
    benchState.speech = window.setTimeout(function () {
      if (benchState.texts) announce(benchState.texts.status.title + ". " + benchState.texts.status.facts);
    }, 900);
  }

  function clock(node) {
    var time = new Date(node.dateTime || node.getAttribute("datetime"));
    if (!isNaN(time)) node.textContent = time.toTimeString().slice(0, 5);
  }

  function showSaved(moment) {
    var saved = document.getElementById("saved");
    if (!saved) return;
    saved.textContent = "";
    if (!moment) return;
    var time = document.createElement("time");
    time.dateTime = moment;
    clock(time);
    saved.innerHTML = '<span class="icon icon-check-circle icon-16" aria-hidden="true"></span><span class="saved-text">Saved </span>';
    saved.append(time);
  }

  /* A bench's body has just come to stand on the page. */
  function benchReady(benchState) {
    benchState.readyRoot = benchState.root;
    benchState.root.querySelectorAll("time[data-clock]").forEach(clock);
    showSaved(benchState.root.dataset.saved);
    if (benchState.root.dataset.justLocked === "true") {
      var block = benchState.root.querySelector("[data-locked]");
      if (block) {
        block.tabIndex = -1;
        block.focus({ preventScroll: true });
      }
      window.scrollTo({ top: 0 });
      announce("Locked. The instruments are open.");
    }
    restore(benchState, window.edgelabKeptChoices(benchState));
    window.edgelabBenchReady(benchState);
  }
  function restore(benchState, values) {
    if (!benchState.root.classList.contains("is-unlocked")) return;
    var kept = null;
    try {
      kept = JSON.parse(window.sessionStorage.getItem("edgelab:" + benchState.key));
    } catch (_unreadable) { kept = null; }
    kept = kept && typeof kept === "object" ? kept : {};
    Object.keys(benchState.spec).forEach(function (name) {
      if (name in values) return;
      if (typeof kept[name] === typeof benchState.spec[name].default && kept[name] !== benchState.spec[name].default) values[name] = kept[name];
    });
    if (Object.keys(values).length) gate.command(benchState.key, { values: values });
  }

  function paint(texts, progressSummary, sensitivity, spec) {
    var callback = window.dash_clientside.callback_context;
    var key = callback.inputs_list[0].id.bench;
    var benchState = gate.benchStateOf(key, spec);
    var fresh = benchState.readyRoot !== benchState.root;
    var moved = function (name) {
      return fresh || callback.triggered.some(function (item) { return item.prop_id.indexOf('"name":"' + name + '"') >= 0; });
    };
    if (benchState.root) {
      paintPart(benchState, "sensitivity", sensitivity);
      if (moved("progress_summary") && progressSummary) {
        paintPart(benchState, "progress_summary", progressSummary);
        if (!fresh) {
          showSaved(progressSummary.saved);
          window.edgelabActionDone(benchState, progressSummary);
        }
      }
      if (moved("texts")) {
        paintValues(benchState);
        gate.showAll(benchState);
        if (texts) {
          paintTexts(benchState, texts);
          announceSoon(benchState);
        }
      }
      if (fresh) benchReady(benchState);
    }
    if (moved("texts")) gate.answered(key);
    return window.dash_clientside.no_update;
  }

  window.edgelabAnnounce = announce;
  window.dash_clientside.lab.paint = paint;
})();
