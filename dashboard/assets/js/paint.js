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

  function places(desk) {
    if (desk.places && desk.places.root === desk.root) return desk.places;
    var all = function (selector) { return Array.prototype.slice.call(desk.root.querySelectorAll(selector)); };
    desk.places = {
      root: desk.root,
      texts: all("[data-paint]"), levels: all("[data-level]"), tints: all("[data-tint]"), bars: all("[data-bar]"),
      shows: all("[data-show]"), fixes: all("[data-fix]"),
    };
    return desk.places;
  }

  /* What the browser knows without an answer: the values of the controls. */
  function paintValues(desk) {
    places(desk).texts.forEach(function (node) {
      var name = node.dataset.paint.slice(7);
      if (node.dataset.paint.indexOf("values.") === 0) write(node, gate.words(desk.spec[name], desk.values[name]));
    });
  }
  /* What is not of the state: progress_summary.tries, relief.text. */
  function paintPart(desk, name, part) {
    places(desk).texts.forEach(function (node) {
      if (node.dataset.paint.indexOf(name + ".") === 0) write(node, at(part, node.dataset.paint.slice(name.length + 1)));
    });
  }
  function paintTexts(desk, texts) {
    var here = places(desk);
    here.texts.forEach(function (node) {
      if (!/^(values|progress_summary|relief)[.]/.test(node.dataset.paint)) write(node, at(texts, node.dataset.paint));
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
    desk.texts = texts;
  }

  /* Spoken once the hand rests, never during a drag. */
  function announce(text) {
    var place = document.getElementById("announcer");
    if (place) place.textContent = text;
  }
  function announceSoon(desk) {
    window.clearTimeout(desk.speech);
    desk.speech = window.setTimeout(function () {
      if (desk.texts) announce(desk.texts.status.title + ". " + desk.texts.status.facts);
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
  function arrive(desk) {
    desk.greeted = desk.root;
    desk.root.querySelectorAll("time[data-clock]").forEach(clock);
    showSaved(desk.root.dataset.saved);
    if (desk.root.dataset.justLocked === "true") {
      var block = desk.root.querySelector("[data-locked]");
      if (block) {
        block.tabIndex = -1;
        block.focus({ preventScroll: true });
      }
      window.scrollTo({ top: 0 });
      announce("Locked. The instruments are open.");
    }
    restore(desk, window.edgelabKeptChoices(desk));
    window.edgelabStood(desk);
  }
  function restore(desk, values) {
    if (!desk.root.classList.contains("is-open")) return;
    var kept = null;
    try {
      kept = JSON.parse(window.sessionStorage.getItem("edgelab:" + desk.key));
    } catch (_unreadable) { kept = null; }
    kept = kept && typeof kept === "object" ? kept : {};
    Object.keys(desk.spec).forEach(function (name) {
      if (name in values) return;
      if (typeof kept[name] === typeof desk.spec[name].default && kept[name] !== desk.spec[name].default) values[name] = kept[name];
    });
    if (Object.keys(values).length) gate.command(desk.key, { values: values });
  }

  function paint(texts, standing, relief, spec) {
    var callback = window.dash_clientside.callback_context;
    var key = callback.inputs_list[0].id.bench;
    var desk = gate.deskOf(key, spec);
    var fresh = desk.greeted !== desk.root;
    var moved = function (name) {
      return fresh || callback.triggered.some(function (item) { return item.prop_id.indexOf('"name":"' + name + '"') >= 0; });
    };
    if (desk.root) {
      paintPart(desk, "relief", relief);
      if (moved("progress_summary") && standing) {
        paintPart(desk, "progress_summary", standing);
        if (!fresh) {
          showSaved(standing.saved);
          window.edgelabDone(desk, standing);
        }
      }
      if (moved("texts")) {
        paintValues(desk);
        gate.showAll(desk);
        if (texts) {
          paintTexts(desk, texts);
          announceSoon(desk);
        }
      }
      if (fresh) arrive(desk);
    }
    if (moved("texts")) gate.answered(key);
    return window.dash_clientside.no_update;
  }

  window.edgelabAnnounce = announce;
  window.dash_clientside.lab.paint = paint;
})();
