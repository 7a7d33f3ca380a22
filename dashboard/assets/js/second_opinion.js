/* The second opinion: asked, watched, stopped; drawn only over the state it speaks of. */
(function () {
  "use strict";
  var gate = window.edgelabGate;
  var running = false;
  var asked = null;

  function store(name, data) {
    window.dash_clientside.set_props("opinion-" + name, { data: data });
  }
  function place() {
    var root = document.querySelector("[data-bench].is-unlocked .opinion");
    return root && { root: root, note: root.querySelector("[data-opinion-note]"), stop: root.querySelector("[data-do=cancel_opinion]"), ask: root.querySelector("[data-do=opinion]") };
  }
  function show(words) {
    var here = place();
    if (!here) return;
    here.note.textContent = words || here.note.dataset.opinionNote;
    here.stop.hidden = !running;
    here.ask.disabled = running;
  }

  window.edgelabActions.opinion = function (_node, benchState) {
    gate.commitChange(benchState);
    asked = { bench: benchState.key, answered: false };
    show("Asking");
    store("asked", { bench: benchState.key, values: benchState.values, at: Date.now() + Math.random() });
  };
  window.edgelabActions.cancel_opinion = function () {
    store("cancel", Date.now());
    if (asked) asked.stopped = true;
    running = false;
    show("Stopped; the bench is as it was");
    window.edgelabAnnounce("The second opinion was stopped.");
  };

  var lab = window.dash_clientside.lab;
  lab.opinion_answer = function (answer) {
    if (!answer || !asked || asked.stopped) return;
    asked.answered = true;
    running = false;
    show(answer.problem || "");
    if (answer.problem) {
      window.edgelabAnnounce(answer.problem);
    } else {
      window.dash_clientside.set_props({ kind: "slot", bench: answer.bench, name: "opinion" }, { data: answer.digest });
      window.edgelabAnnounce("The second opinion is drawn over the figure.");
    }
  };
  lab.opinion_progress = function (progress) {
    if (progress && running) show(progress.done + " of " + progress.of + " done");
  };
  /* A job that ends without an answer was stopped from outside; the note says so after the answer had time to come. */
  lab.opinion_running = function (isRunning) {
    if (!asked) return;
    running = Boolean(isRunning) && !asked.stopped;
    if (running) {
      asked.answered = false;
      show("Computing");
      return;
    }
    var question = asked;
    window.setTimeout(function () {
      if (asked === question && !question.answered && !question.stopped) show("It ended without an answer; the bench is as it was");
    }, 1500);
  };
})();
