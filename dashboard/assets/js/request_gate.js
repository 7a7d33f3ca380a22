/* Between the controls and the server: one request in flight per bench, the newest value wins, the last is never lost.

   A moved control changes on the page at once; controls (what the server reads) change only when no answer is due. What was
   moved meanwhile is sent when the answer has been painted. A slider is listened to natively and writes its one control
   directly, because a round through a callback with all of them costs more than the answer. */
(function () {
  "use strict";
  var format = window.edgelabFormat;
  var benchStates = {};
  var PATIENCE_MS = 10000;
  var DIM_MS = 400;
  var COMMIT_MS = 400;

  function domId(id) {
    return JSON.stringify(id, Object.keys(id).sort());
  }
  function sliderId(key, name) {
    return { kind: "slider", bench: key, name: name };
  }
  function root(key) {
    return document.querySelector('[data-bench="' + key + '"]');
  }

  function benchStateOf(key, spec) {
    var here = root(key);
    var benchState = benchStates[key];
    if (!benchState || benchState.root !== here) {
      var values = {};
      Object.keys(spec).forEach(function (name) { values[name] = spec[name].default; });
      benchState = { key: key, root: here, spec: spec, values: values, sent: values, busy: false, waiting: false, undo: [], redo: [], committed: values, boxes: {} };
      Object.keys(spec).forEach(function (name) { if (spec[name].kind === "slider") benchState.boxes[name] = values[name]; });
      benchStates[key] = benchState;
    }
    return benchState;
  }

  function position(spec, value) {
    return spec.log ? Math.round(Math.log10(value) * 1e6) / 1e6 : value;
  }
  function valueAt(spec, raw) {
    var at = parseFloat(raw);
    if (!Number.isFinite(at)) return spec.default;
    if (spec.log) {
      if (Math.abs(at - Math.log10(spec.default)) < spec.step / 2) return spec.default;
      return onScale(spec, parseFloat(Math.pow(10, at).toPrecision(3)));
    }
    return onScale(spec, at);
  }
  function onScale(spec, value) {
    value = Math.min(Math.max(value, spec.min), spec.max);
    if (!spec.log && Math.abs(value - spec.default) > 1e-9 * spec.step) {
      value = spec.min + Math.round((value - spec.min) / spec.step) * spec.step;
      value = parseFloat(Math.min(value, spec.max).toPrecision(12));
    }
    return spec.whole ? Math.round(value) : value;
  }

  function words(spec, value) {
    if (spec.kind === "slider") return format.inWords(value, spec.unit);
    if (spec.kind === "choice") return spec.texts[value] || String(value);
    return value ? "on" : "off";
  }

  /* What a slider looks and sounds like at a value. */
  function show(benchState, name) {
    var spec = benchState.spec[name];
    var row = benchState.root && benchState.root.querySelector('[data-control="' + name + '"]');
    if (!row) return;
    var reset = row.querySelector(".reset");
    if (reset) reset.hidden = benchState.values[name] === spec.default;
    if (spec.kind !== "slider") return;
    var input = document.getElementById(domId(sliderId(benchState.key, name)));
    if (!input) return;
    var low = position(spec, spec.min);
    var high = position(spec, spec.max);
    var at = (position(spec, benchState.values[name]) - low) / (high - low);
    input.parentElement.style.setProperty("--fill", (at * 100).toFixed(2) + "%");
    input.setAttribute("aria-valuetext", words(spec, benchState.values[name]));
    var suffix = row.querySelector("[data-suffix]");
    if (suffix) suffix.textContent = format.quantity(benchState.values[name], spec.unit)[1];
    var box = row.querySelector(".box input");
    if (!box) return;
    box.setAttribute("aria-label", spec.label + ", " + words(spec, benchState.values[name]));
    if (box !== document.activeElement) box.value = format.quantity(benchState.values[name], spec.unit)[0];
  }
  function showAll(benchState) {
    Object.keys(benchState.spec).forEach(function (name) { show(benchState, name); });
    var undo = benchState.root && benchState.root.querySelector('[data-do="undo"]');
    var redo = benchState.root && benchState.root.querySelector('[data-do="redo"]');
    if (undo) undo.disabled = benchState.undo.length === 0 && benchState.committed === benchState.values;
    if (redo) redo.disabled = benchState.redo.length === 0;
  }

  /* Undo remembers where the controls were left, not every step of a drag. */
  function commitSoon(benchState) {
    window.clearTimeout(benchState.commitTimer);
    benchState.commitTimer = window.setTimeout(function () { commitChange(benchState); }, COMMIT_MS);
  }
  function commitChange(benchState) {
    if (benchState.committed === benchState.values) return;
    benchState.undo.push(benchState.committed);
    if (benchState.undo.length > 200) benchState.undo.shift();
    benchState.redo = [];
    benchState.committed = benchState.values;
    saveValues(benchState);
    showAll(benchState);
    commitBoxes(benchState);
    document.dispatchEvent(new CustomEvent("edgelab:idle", { detail: benchState }));
  }
  function saveValues(benchState) {
    if (!benchState.root || !benchState.root.classList.contains("is-unlocked")) return;
    var own = {}; // what stands at its default follows the default, which an earlier bench may move
    Object.keys(benchState.values).forEach(function (name) { if (benchState.values[name] !== benchState.spec[name].default) own[name] = benchState.values[name]; });
    try {
      window.sessionStorage.setItem("edgelab:" + benchState.key, JSON.stringify(own));
    } catch (_blocked) { /* private mode: the page works, a reload starts from the defaults */ }
  }

  function setProps(id, props) {
    window.dash_clientside.set_props(id, props);
  }
  function command(key, data) {
    data.at = Date.now() + Math.random();
    setProps({ kind: "slot", bench: key, name: "command" }, { data: data });
  }
  /* A drag writes its box in the page alone; once it is committed, Dash gets it too. */
  function commitBoxes(benchState) {
    Object.keys(benchState.spec).forEach(function (name) {
      if (benchState.boxes[name] === undefined || benchState.boxes[name] === benchState.values[name]) return;
      benchState.boxes[name] = benchState.values[name];
      setProps({ kind: "box", bench: benchState.key, name: name }, { value: format.quantity(benchState.values[name], benchState.spec[name].unit)[0] });
    });
  }
  /* Move sliders whose value was set by something else: preset, fix, undo, box. */
  function placeSliders(benchState) {
    Object.keys(benchState.spec).forEach(function (name) {
      if (benchState.spec[name].kind !== "slider") return;
      var input = document.getElementById(domId(sliderId(benchState.key, name)));
      var at = position(benchState.spec[name], benchState.values[name]);
      if (input && valueAt(benchState.spec[name], input.value) !== benchState.values[name]) setProps(sliderId(benchState.key, name), { value: at });
    });
  }

  function changes(benchState) {
    return Object.keys(benchState.values).filter(function (name) { return !benchState.sent || benchState.values[name] !== benchState.sent[name]; });
  }
  function start(benchState) {
    benchState.busy = true;
    benchState.sent = benchState.values;
    watch(benchState);
  }
  /* Let the newest state through if nothing is on its way: one control alone directly, several by one command. */
  function send(benchState) {
    var names = changes(benchState);
    if (!names.length) return;
    if (benchState.busy) {
      benchState.waiting = true;
    } else if (benchState.sent && names.length === 1) {
      start(benchState);
      setProps({ kind: "control", bench: benchState.key, name: names[0] }, { data: benchState.values[names[0]] });
    } else {
      command(benchState.key, { values: {} });
    }
  }
  function onSlide(event) {
    var input = event.target;
    var here = input.matches && input.matches("input[type=range]") && input.closest("[data-bench].is-unlocked");
    var benchState = here && benchStates[here.dataset.bench];
    if (!benchState) return;
    var name = input.closest("[data-control]").dataset.control;
    var value = valueAt(benchState.spec[name], input.value);
    if (value === benchState.values[name]) return;
    benchState.values = Object.assign({}, benchState.values);
    benchState.values[name] = value;
    commitSoon(benchState);
    show(benchState, name);
    send(benchState);
  }
  document.addEventListener("input", onSlide, true);
  function undoRedo(benchState, from, to) {
    commitChange(benchState);
    if (!from.length) return;
    to.push(benchState.values);
    benchState.committed = benchState.values = from.pop();
    saveValues(benchState);
    command(benchState.key, { values: benchState.values, isUndoRedo: true });
  }

  function watch(benchState) {
    window.clearTimeout(benchState.dimTimer);
    window.clearTimeout(benchState.patience);
    benchState.dimTimer = window.setTimeout(function () { if (benchState.root) benchState.root.classList.add("computing"); }, DIM_MS);
    benchState.patience = window.setTimeout(function () {
      failed(benchState.key, "The server did not answer in 10 s. Your controls are kept.");
    }, PATIENCE_MS);
  }
  function free(benchState) {
    window.clearTimeout(benchState.dimTimer);
    window.clearTimeout(benchState.patience);
    benchState.busy = false;
    if (benchState.root) benchState.root.classList.remove("computing");
  }
  /* An answer was painted: the gate opens, and what moved meanwhile goes through. */
  function answered(key) {
    var benchState = benchStates[key];
    if (!benchState) return;
    free(benchState);
    notice(benchState, "");
    if (benchState.waiting) {
      benchState.waiting = false;
      send(benchState);
    }
  }
  function failed(key, sentence) {
    var benchState = benchStates[key];
    if (!benchState) return;
    free(benchState);
    benchState.sent = null;
    notice(benchState, sentence);
  }
  function notice(benchState, sentence) {
    if (!benchState.root) return;
    var place = benchState.root.querySelector(".notice");
    if (!place && sentence) {
      place = document.createElement("div");
      place.className = "notice";
      place.setAttribute("role", "alert");
      place.innerHTML = '<span class="shape shape-14" data-shape="warn" aria-hidden="true"></span><span class="notice-text"></span><button type="button" class="outline" data-do="retry">Try again</button>';
      benchState.root.querySelector(".figures").before(place);
    }
    if (place) {
      place.hidden = !sentence;
      place.querySelector(".notice-text").textContent = sentence;
    }
  }

  /* Choices, switches, boxes and commands (preset, fix, undo, reset) come through Dash; all controls go out at once. */
  function gate(_choices, _boxes, order, spec) {
    var callback = window.dash_clientside.callback_context;
    var none = window.dash_clientside.no_update;
    var instruments = callback.inputs_list[0];
    var boxes = callback.inputs_list[1];
    var benchState = benchStateOf(callback.inputs_list[2].id.bench, spec);
    var next = Object.assign({}, benchState.values);
    var moved = {};
    var isUndoRedo = false;
    callback.triggered.forEach(function (item) {
      var id = JSON.parse(item.prop_id.slice(0, item.prop_id.lastIndexOf(".")));
      var rule = spec[id.name];
      if (id.kind === "instrument" && rule) {
        next[id.name] = item.value;
        moved[id.name] = true;
      } else if (id.kind === "box" && rule) {
        var shown = format.quantity(benchState.values[id.name], rule.unit);
        var read = item.value === shown[0] ? benchState.values[id.name] : format.read(item.value, rule.unit, shown[1]);
        if (Number.isFinite(read)) next[id.name] = onScale(rule, read);
      } else if (id.kind === "slot" && order && order.values) {
        Object.keys(order.values).forEach(function (name) { if (spec[name]) next[name] = order.values[name]; });
        isUndoRedo = Boolean(order.isUndoRedo);
      }
    });
    var changed = Object.keys(next).filter(function (name) { return next[name] !== benchState.values[name]; });
    if (changed.length) benchState.values = next;
    if (!isUndoRedo && benchState.values !== benchState.committed) commitSoon(benchState);

    var controls = none;
    if (changes(benchState).length && benchState.busy) {
      benchState.waiting = true;
    } else if (changes(benchState).length) {
      start(benchState);
      controls = callback.outputs_list[0].map(function (output) { return benchState.values[output.id.name]; });
    }
    showAll(benchState);
    placeSliders(benchState);
    return [
      controls,
      instruments.map(function (item) {
        var value = benchState.values[item.id.name];
        return moved[item.id.name] || item.value === value ? none : value;
      }),
      boxes.map(function (item) {
        var text = format.quantity(benchState.values[item.id.name], spec[item.id.name].unit)[0];
        benchState.boxes[item.id.name] = benchState.values[item.id.name];
        return item.value === text ? none : text;
      }),
    ];
  }

  /* A refused or lost answer must open the gate too, and say why. */
  var plainFetch = window.fetch;
  window.fetch = function (input, options) {
    var url = typeof input === "string" ? input : input && input.url;
    var isUpdate = url && url.indexOf("_dash-update-component") >= 0;
    var answer = plainFetch.apply(this, arguments);
    if (!isUpdate) return answer;
    var body = String((options && options.body) || "");
    function report(sentence) {
      var match = body.match(/"bench":"([^"]+)","kind":"control"/) || body.match(/"kind":"control"[^}]*"bench":"([^"]+)"/);
      if (match && body.indexOf('\\"kind\\":\\"figure\\"') >= 0) failed(match[1].replace(/\\\//g, "/"), sentence);
      else document.dispatchEvent(new CustomEvent("edgelab:problem", { detail: sentence }));
    }
    answer.then(
      function (response) {
        if (response.ok) return;
        response.clone().json().then(
          function (answer) { report(answer.error || "The server could not answer."); },
          function () { report("The server could not answer. Your entries are kept."); }
        );
      },
      function () { report("No connection to the server. Your entries are kept."); }
    );
    return answer;
  };

  window.edgelabGate = {
    benchStates: benchStates, benchStateOf: benchStateOf, words: words, show: show, showAll: showAll, command: command,
    undo: function (benchState) { undoRedo(benchState, benchState.undo, benchState.redo); },
    redo: function (benchState) { undoRedo(benchState, benchState.redo, benchState.undo); },
    answered: answered, saveValues: saveValues, commitChange: commitChange, valueAt: valueAt, onScale: onScale,
  };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.lab = Object.assign(window.dash_clientside.lab || {}, { gate: gate });
})();
