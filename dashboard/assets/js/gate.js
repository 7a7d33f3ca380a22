/* The gate between hand and server: one request in flight per bench, the newest value wins, the last is never lost.

   What the hand moves changes at once; controls (what the server reads) change only when no answer is due. What was
   moved meanwhile is sent when the answer has been painted. A slider is heard natively and writes its one control
   directly, because a round through a callback with all of them costs more than the answer. */
(function () {
  "use strict";
  var format = window.edgelabFormat;
  var desks = {};
  var PATIENCE_MS = 10000;
  var DIM_MS = 400;
  var REST_MS = 400;

  function domId(id) {
    return JSON.stringify(id, Object.keys(id).sort());
  }
  function sliderId(key, name) {
    return { kind: "slider", bench: key, name: name };
  }
  function root(key) {
    return document.querySelector('[data-bench="' + key + '"]');
  }

  function deskOf(key, spec) {
    var here = root(key);
    var desk = desks[key];
    if (!desk || desk.root !== here) {
      var values = {};
      Object.keys(spec).forEach(function (name) { values[name] = spec[name].default; });
      desk = { key: key, root: here, spec: spec, values: values, sent: values, busy: false, waiting: false, undo: [], redo: [], rested: values, boxes: {} };
      Object.keys(spec).forEach(function (name) { if (spec[name].kind === "slider") desk.boxes[name] = values[name]; });
      desks[key] = desk;
    }
    return desk;
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
  function show(desk, name) {
    var spec = desk.spec[name];
    var row = desk.root && desk.root.querySelector('[data-control="' + name + '"]');
    if (!row) return;
    var reset = row.querySelector(".reset");
    if (reset) reset.hidden = desk.values[name] === spec.default;
    if (spec.kind !== "slider") return;
    var input = document.getElementById(domId(sliderId(desk.key, name)));
    if (!input) return;
    var low = position(spec, spec.min);
    var high = position(spec, spec.max);
    var at = (position(spec, desk.values[name]) - low) / (high - low);
    input.parentElement.style.setProperty("--fill", (at * 100).toFixed(2) + "%");
    input.setAttribute("aria-valuetext", words(spec, desk.values[name]));
    var suffix = row.querySelector("[data-suffix]");
    if (suffix) suffix.textContent = format.quantity(desk.values[name], spec.unit)[1];
    var box = row.querySelector(".box input");
    if (!box) return;
    box.setAttribute("aria-label", spec.label + ", " + words(spec, desk.values[name]));
    if (box !== document.activeElement) box.value = format.quantity(desk.values[name], spec.unit)[0];
  }
  function showAll(desk) {
    Object.keys(desk.spec).forEach(function (name) { show(desk, name); });
    var undo = desk.root && desk.root.querySelector('[data-do="undo"]');
    var redo = desk.root && desk.root.querySelector('[data-do="redo"]');
    if (undo) undo.disabled = desk.undo.length === 0 && desk.rested === desk.values;
    if (redo) redo.disabled = desk.redo.length === 0;
  }

  /* Undo remembers where the controls came to rest, not every step of a drag. */
  function remember(desk) {
    window.clearTimeout(desk.restTimer);
    desk.restTimer = window.setTimeout(function () { settle(desk); }, REST_MS);
  }
  function settle(desk) {
    if (desk.rested === desk.values) return;
    desk.undo.push(desk.rested);
    if (desk.undo.length > 200) desk.undo.shift();
    desk.redo = [];
    desk.rested = desk.values;
    keep(desk);
    showAll(desk);
    settleBoxes(desk);
    document.dispatchEvent(new CustomEvent("edgelab:rest", { detail: desk }));
  }
  function keep(desk) {
    if (!desk.root || !desk.root.classList.contains("is-open")) return;
    var own = {}; // what stands at its default follows the default, which an earlier bench may move
    Object.keys(desk.values).forEach(function (name) { if (desk.values[name] !== desk.spec[name].default) own[name] = desk.values[name]; });
    try {
      window.sessionStorage.setItem("edgelab:" + desk.key, JSON.stringify(own));
    } catch (_blocked) { /* private mode: the page works, a reload starts from the defaults */ }
  }

  function setProps(id, props) {
    window.dash_clientside.set_props(id, props);
  }
  function command(key, data) {
    data.at = Date.now() + Math.random();
    setProps({ kind: "slot", bench: key, name: "command" }, { data: data });
  }
  /* A drag writes its box in the page alone; once it rests, Dash is told too. */
  function settleBoxes(desk) {
    Object.keys(desk.spec).forEach(function (name) {
      if (desk.boxes[name] === undefined || desk.boxes[name] === desk.values[name]) return;
      desk.boxes[name] = desk.values[name];
      setProps({ kind: "box", bench: desk.key, name: name }, { value: format.quantity(desk.values[name], desk.spec[name].unit)[0] });
    });
  }
  /* Sliders that another hand moved (preset, fix, undo, box) follow. */
  function placeSliders(desk) {
    Object.keys(desk.spec).forEach(function (name) {
      if (desk.spec[name].kind !== "slider") return;
      var input = document.getElementById(domId(sliderId(desk.key, name)));
      var at = position(desk.spec[name], desk.values[name]);
      if (input && valueAt(desk.spec[name], input.value) !== desk.values[name]) setProps(sliderId(desk.key, name), { value: at });
    });
  }

  function changes(desk) {
    return Object.keys(desk.values).filter(function (name) { return !desk.sent || desk.values[name] !== desk.sent[name]; });
  }
  function start(desk) {
    desk.busy = true;
    desk.sent = desk.values;
    watch(desk);
  }
  /* Let the newest state through if nothing is on its way: one control alone directly, several by one command. */
  function send(desk) {
    var names = changes(desk);
    if (!names.length) return;
    if (desk.busy) {
      desk.waiting = true;
    } else if (desk.sent && names.length === 1) {
      start(desk);
      setProps({ kind: "control", bench: desk.key, name: names[0] }, { data: desk.values[names[0]] });
    } else {
      command(desk.key, { values: {} });
    }
  }
  function slid(event) {
    var input = event.target;
    var here = input.matches && input.matches("input[type=range]") && input.closest("[data-bench].is-open");
    var desk = here && desks[here.dataset.bench];
    if (!desk) return;
    var name = input.closest("[data-control]").dataset.control;
    var value = valueAt(desk.spec[name], input.value);
    if (value === desk.values[name]) return;
    desk.values = Object.assign({}, desk.values);
    desk.values[name] = value;
    remember(desk);
    show(desk, name);
    send(desk);
  }
  document.addEventListener("input", slid, true);
  function travel(desk, from, to) {
    settle(desk);
    if (!from.length) return;
    to.push(desk.values);
    desk.rested = desk.values = from.pop();
    keep(desk);
    command(desk.key, { values: desk.values, travelling: true });
  }

  function watch(desk) {
    window.clearTimeout(desk.dimTimer);
    window.clearTimeout(desk.patience);
    desk.dimTimer = window.setTimeout(function () { if (desk.root) desk.root.classList.add("computing"); }, DIM_MS);
    desk.patience = window.setTimeout(function () {
      failed(desk.key, "The server did not answer in 10 s. Your controls are kept.");
    }, PATIENCE_MS);
  }
  function free(desk) {
    window.clearTimeout(desk.dimTimer);
    window.clearTimeout(desk.patience);
    desk.busy = false;
    if (desk.root) desk.root.classList.remove("computing");
  }
  /* An answer was painted: the gate opens, and what moved meanwhile goes through. */
  function answered(key) {
    var desk = desks[key];
    if (!desk) return;
    free(desk);
    notice(desk, "");
    if (desk.waiting) {
      desk.waiting = false;
      send(desk);
    }
  }
  function failed(key, sentence) {
    var desk = desks[key];
    if (!desk) return;
    free(desk);
    desk.sent = null;
    notice(desk, sentence);
  }
  function notice(desk, sentence) {
    if (!desk.root) return;
    var place = desk.root.querySelector(".notice");
    if (!place && sentence) {
      place = document.createElement("div");
      place.className = "notice";
      place.setAttribute("role", "alert");
      place.innerHTML = '<span class="shape shape-14" data-shape="warn" aria-hidden="true"></span><span class="notice-text"></span><button type="button" class="outline" data-do="retry">Try again</button>';
      desk.root.querySelector(".figures").before(place);
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
    var desk = deskOf(callback.inputs_list[2].id.bench, spec);
    var next = Object.assign({}, desk.values);
    var moved = {};
    var travelling = false;
    callback.triggered.forEach(function (item) {
      var id = JSON.parse(item.prop_id.slice(0, item.prop_id.lastIndexOf(".")));
      var rule = spec[id.name];
      if (id.kind === "instrument" && rule) {
        next[id.name] = item.value;
        moved[id.name] = true;
      } else if (id.kind === "box" && rule) {
        var shown = format.quantity(desk.values[id.name], rule.unit);
        var read = item.value === shown[0] ? desk.values[id.name] : format.read(item.value, rule.unit, shown[1]);
        if (Number.isFinite(read)) next[id.name] = onScale(rule, read);
      } else if (id.kind === "slot" && order && order.values) {
        Object.keys(order.values).forEach(function (name) { if (spec[name]) next[name] = order.values[name]; });
        travelling = Boolean(order.travelling);
      }
    });
    var changed = Object.keys(next).filter(function (name) { return next[name] !== desk.values[name]; });
    if (changed.length) desk.values = next;
    if (!travelling && desk.values !== desk.rested) remember(desk);

    var controls = none;
    if (changes(desk).length && desk.busy) {
      desk.waiting = true;
    } else if (changes(desk).length) {
      start(desk);
      controls = callback.outputs_list[0].map(function (output) { return desk.values[output.id.name]; });
    }
    showAll(desk);
    placeSliders(desk);
    return [
      controls,
      instruments.map(function (item) {
        var value = desk.values[item.id.name];
        return moved[item.id.name] || item.value === value ? none : value;
      }),
      boxes.map(function (item) {
        var text = format.quantity(desk.values[item.id.name], spec[item.id.name].unit)[0];
        desk.boxes[item.id.name] = desk.values[item.id.name];
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
          function (said) { report(said.error || "The server could not answer."); },
          function () { report("The server could not answer. Your entries are kept."); }
        );
      },
      function () { report("No connection to the server. Your entries are kept."); }
    );
    return answer;
  };

  window.edgelabGate = {
    desks: desks, deskOf: deskOf, words: words, show: show, showAll: showAll, command: command,
    undo: function (desk) { travel(desk, desk.undo, desk.redo); },
    redo: function (desk) { travel(desk, desk.redo, desk.undo); },
    answered: answered, keep: keep, settle: settle, valueAt: valueAt, onScale: onScale,
  };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.lab = Object.assign(window.dash_clientside.lab || {}, { gate: gate });
})();
