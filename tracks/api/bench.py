"""The dataclasses that a bench is made of: frozen, keyword-only, and checked when they are made.

Controls live in ``controls``, figures in ``figures``, questions in ``teaching``. Import them all from ``tracks``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tracks.api.checks import (
    check_case,
    check_function,
    check_id,
    check_items,
    check_number,
    check_one_of,
    check_text,
    check_unique,
    frozen_mapping,
    refuse,
)
from tracks.api.controls import Choice, Control, Preset, Slider, Toggle, Value, read_values
from tracks.api.declared import Extra, Fact, Recorded, TextKey
from tracks.api.declared.acts import Act
from tracks.api.declared.of_track import OfTrack, required, unless
from tracks.api.declared.ranges import shortened, with_fixes_within
from tracks.api.declared.states import check_settings, checked_routes, checked_truth, run_by_names
from tracks.api.demonstration import Demonstration, Peek, RunView
from tracks.api.figures import Panel, Scene, SecondOpinion, Table
from tracks.api.fixes import check_answer
from tracks.api.outcome import Outcome
from tracks.api.teaching import Brief, Prediction, Question, Reflection, Route, Task, Truth

if TYPE_CHECKING:
    from tracks.api.track import Track


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """Controls, one pure ``solve`` and named panels; every part of a mission and every crisis is one.

    ``brief``, ``controls``, ``panels``, ``predictions``, ``presets``, ``reflection``, ``task`` and ``acts`` may each
    be a value or a function of the track; ``on(track)`` replaces functions by their values.

    Parameters
    ----------
    id : str
        The last part of its address and the first of what it carries.
    title : str
        What the page is headed by; up to its colon it is the short title.
    brief : Brief | Callable[[Track], Brief]
        The message that opens the bench.
    controls : tuple[Control, ...] | Callable[[Track], tuple[Control, ...]]
        What the student moves.
    panels : tuple[Panel, ...] | Callable[[Track], tuple[Panel, ...]]
        One to three frames for figures.
    solve : Callable[..., Outcome]
        ``solve(track, *, seed, **controls) -> Outcome``, pure; the keywords are the controls' ids.
    preview : Callable[..., Outcome] | None
        ``preview(track, *, seed, fixes, **controls) -> Outcome``, the same state computed coarsely and as purely, for
        a page whose slider is moving: the same panels, readings, limits and verdict codes as ``solve``. Its verdicts
        need fixes only where ``fixes`` is True; nothing else may depend on it. None where ``solve`` is fast enough.
    predictions : tuple[Prediction, ...] | Callable[[Track], tuple[Prediction, ...]]
        What is predicted and locked before the instruments open.
    observation : Question | None
        What the figure showed, as a Question.
    reflection : Reflection | Callable[[Track], Reflection] | None
        What the student writes about at the end, or None.
    hud : tuple[str, ...]
        Three reading ids.
    failures : tuple[str, ...]
        Every code its verdicts can have at level "fail" or "warn".
    presets : tuple[Preset, ...] | Callable[[Track], tuple[Preset, ...]]
        Named settings, or none.
    peek : Callable[..., Peek] | None
        ``peek(track, outcome, **controls) -> Peek``, the equations with the student's numbers.
    demonstration : Demonstration | None
        A small figure with sliders of its own below the equations of ``peek``, or None.
    run_view : RunView | None
        A look into the run behind the figures, one round at a time, opened by a press; or None.
    scene : Callable[[Track, Outcome | None], Scene] | None
        ``scene(track, outcome) -> Scene``, a still picture; without an Outcome it tells no answer.
    second_opinion : Callable[..., SecondOpinion] | None
        ``second_opinion(track, *, seeds, report, **controls) -> SecondOpinion``, a slower, independent engine, or None.
        ``seeds``: runs wanted, 20 for a student who asks, 3 for a try that won; ``report(done, of)``: its progress.
    script : Callable[..., str] | None
        ``script(track, *, seed, **controls) -> str``, a Python program that needs numpy alone and prints the curve of
        the same state, or None.
    second_engine : str
        What that engine is called and what it runs on ("softmax regression, on the same fleet").
    tries : int
        How many settings may be recorded.
    exploratory : bool
        Whether there is nothing to win, but for a task.
    task : Task | Callable[[Track], Task | None] | None
        What is to be found on an exploratory bench, or None.
    extras, texts : tuple[Extra, ...] or tuple[TextKey, ...]
        Every extra constant and every text of a track that the bench reads.
    order : float | None
        Its place in the mission, ascending; a bench without one follows the mission, in order of discovery. A
        track's crisis closes the mission and needs none. A case stands before its bench where it has the lower one.
    label : str
        What the stepper calls it; "" is the title up to its colon.
    minutes : int
        How long it takes, 0 is unknown.
    facts : tuple[Fact, ...]
        The parts of its carried decision that the whole mission shows.
    record : tuple[Recorded, ...]
        What of its carried try stands in the ledger's record of the track.
    case_of : str
        The id of the bench that this one is a further case of, or "". It may be left out. See ``tracks.as_case``.
    once : bool
        Whether the case is the same on every track, so that one explored on a track need not be on the next.
    acts : tuple[Act, ...] | Callable[[Track], tuple[Act, ...]]
        Two or three worlds in which it is won one after the other, or none. See ``tracks.Act``.
    consequences : Mapping[str, Callable[[Track, Outcome], str]]
        By failure code, ``said(track, outcome) -> str``: what those whom it hits say of a recorded try, in a sentence.
    expected_failures : Mapping[str, str]
        By check of its certificate that it does not pass, why that is meant; printed with the certificate.
    own_track : Track | None
        Set by ``on(track)``.
    """

    id: str
    title: str
    brief: OfTrack[Brief] = required()
    controls: OfTrack[tuple[Control, ...]] = required()
    panels: OfTrack[tuple[Panel, ...]] = required()
    solve: Callable[..., Outcome]
    preview: Callable[..., Outcome] | None = None
    predictions: OfTrack[tuple[Prediction, ...]] = unless(())
    observation: Question | None = None
    reflection: OfTrack[Reflection | None] = unless(None)
    hud: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    presets: OfTrack[tuple[Preset, ...]] = unless(())
    peek: Callable[..., Peek] | None = None
    demonstration: Demonstration | None = None
    run_view: RunView | None = None
    scene: Callable[[Track, Outcome | None], Scene] | None = None
    second_opinion: Callable[..., SecondOpinion] | None = None
    script: Callable[..., str] | None = None
    second_engine: str = ""
    tries: int = 10
    exploratory: bool = False
    task: OfTrack[Task | None] = unless(None)
    extras: tuple[Extra, ...] = ()
    texts: tuple[TextKey, ...] = ()
    order: float | None = None
    label: str = ""
    minutes: int = 0
    facts: tuple[Fact, ...] = ()
    record: tuple[Recorded, ...] = ()
    case_of: str = ""
    once: bool = False
    acts: OfTrack[tuple[Act, ...]] = unless(())
    consequences: Mapping[str, Callable[[Track, Outcome], str]] = field(default_factory=dict)
    expected_failures: Mapping[str, str] = field(default_factory=dict)
    own_track: Track | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_id("Bench", self.id)
        owner = f"Bench '{self.id}'"
        check_text(owner, "title", self.title)
        check_function(owner, "solve", self.solve)
        for name in ("preview", "peek", "scene", "second_opinion", "script"):
            check_function(owner, name, getattr(self, name), optional=True)
        if not (self.demonstration is None or isinstance(self.demonstration, Demonstration)):
            raise refuse(owner, f"demonstration must be a Demonstration, got {self.demonstration!r:.80}")
        if self.demonstration is not None and self.peek is None:
            raise refuse(owner, "demonstration stands below the equations of peek, but there is no peek")
        if not (self.run_view is None or isinstance(self.run_view, RunView)):
            raise refuse(owner, f"run_view must be a RunView, got {self.run_view!r:.80}")
        check_items(owner, "hud", self.hud, str)
        if len(self.hud) > 3:
            raise refuse(owner, f"hud has {len(self.hud)} readings; three fit")
        check_items(owner, "failures", self.failures, str)
        check_number(owner, "tries", self.tries, low=1, high=100)
        own = (
            ("extras", Extra, "path"),
            ("texts", TextKey, "name"),
            ("facts", Fact, "decision"),
            ("record", Recorded, "id"),
        )
        for name, kind, by in own:
            check_items(owner, name, getattr(self, name), kind)
            check_unique(owner, name, (getattr(item, by) for item in getattr(self, name)))
        for name in ("second_engine", "label"):
            check_text(owner, name, getattr(self, name), optional=True)
        if self.second_engine and self.second_opinion is None:
            raise refuse(owner, "second_engine names an engine, but there is no second_opinion")
        check_number(owner, "order", self.order, optional=True)
        check_number(owner, "minutes", self.minutes, low=0, high=600)
        check_case(owner, self.id, self.case_of, self.once)
        for name in ("consequences", "expected_failures"):
            object.__setattr__(self, name, frozen_mapping(owner, name, getattr(self, name)))
        for code, reason in self.expected_failures.items():
            check_text(owner, f"expected_failures['{code}']", reason)
        for code, said in self.consequences.items():
            check_one_of(owner, "consequences", code, self.failures)
            check_function(owner, f"consequences of '{code}'", said)
        if not (self.task is None or callable(self.task) or isinstance(self.task, Task)):
            raise refuse(owner, f"task must be a Task or a function of the track, got {self.task!r:.80}")
        if self.task is not None and not self.exploratory:
            raise refuse(owner, "a task is for an exploratory bench; what can be won has its verdicts")
        if not (self.observation is None or isinstance(self.observation, Question)):
            raise refuse(owner, f"observation must be a Question, got {self.observation!r}")
        self._check_parts(owner)

    def _check_parts(self, owner: str) -> None:
        """Check each part that is a value already; functions of the track are checked by ``on``."""
        kinds: dict[str, type | tuple[type, ...]] = {
            "controls": (Slider, Choice, Toggle),
            "panels": Panel,
            "predictions": Prediction,
            "presets": Preset,
        }
        for name, kind in kinds.items():
            part = getattr(self, name)
            if callable(part):
                continue
            check_items(owner, name, part, kind)
            check_unique(owner, name, (item.id for item in part))
        if not callable(self.brief) and not isinstance(self.brief, Brief):
            raise refuse(owner, f"brief must be a Brief or a function of the track, got {self.brief!r}")
        if not (self.reflection is None or callable(self.reflection) or isinstance(self.reflection, Reflection)):
            raise refuse(owner, f"reflection must be a Reflection, got {self.reflection!r}")
        if not callable(self.panels) and not 1 <= len(self.panels) <= 3:
            raise refuse(owner, f"needs one to three panels, got {len(self.panels)}")
        if not callable(self.panels) and not callable(self.predictions):
            self._check_panels(owner)
        if callable(self.controls):
            return
        check_settings(self)

    def _check_panels(self, owner: str) -> None:
        """Refuse a prediction that names a panel which the bench does not have."""
        known = [one.id for panel in self.panels for one in (panel, *panel.views)]
        for prediction in self.predictions:
            where = f"{owner}, prediction '{prediction.id}'"
            if prediction.panel:
                check_one_of(where, "panel", prediction.panel, known)
            if prediction.curve is not None:
                check_one_of(where, "panel of its curve", prediction.curve.panel, known)

    def on(self, track: Track) -> Bench:
        """Return this bench for one track, every function of the track replaced by its value, which is checked.

        Presets and an observation about a state that the track's shortened sliders do not have are left out.
        """
        settled: dict[str, Any] = {}
        for name in ("brief", "controls", "panels", "predictions", "presets", "reflection", "task", "acts"):
            part = getattr(self, name)
            if callable(part):
                settled[name] = part(track)
                if callable(settled[name]):
                    raise refuse(f"Bench '{self.id}'", f"{name} must be a value for the track, got {settled[name]!r}")
        if self.run_view is not None:
            settled["run_view"] = self.run_view.on(track)
        if ranges := track.ranges.get(self.id):
            settled |= shortened(self, settled, ranges)
        return replace(self, **settled, own_track=track)

    @property
    def short_title(self) -> str:
        """The title up to its colon."""
        return self.title.split(":")[0]

    @property
    def step_label(self) -> str:
        """What the stepper calls it."""
        return self.label or self.short_title

    def control_map(self) -> dict[str, Control]:
        """Return the controls by id, in the order of the page."""
        return {control.id: control for control in self.controls}

    def defaults(self) -> dict[str, Value]:
        """Return every control's default by id."""
        return {control.id: control.default for control in self.controls}

    def asked_state(self, prediction: Prediction) -> dict[str, Value]:
        """Return every control's value in the state that a question is about, whatever a student carried."""
        return {**self.defaults(), **prediction.scenario}

    def act_of(self, values: Mapping[str, Value]) -> Act | None:
        """Return the act in whose world a state stands, or None."""
        return next((act for act in self.acts if act.is_world_of(self.controls, values)), None)

    def away_from_environment(self, values: Mapping[str, Value]) -> tuple[str, ...]:
        """Return the labels of environment controls away from the track's values; an act's world is no such state.

        Those of its task may move.
        """
        if self.act_of(values) is not None:
            return ()
        free = self.task.controls if self.task is not None else ()
        world = (c for c in self.controls if c.role == "environment" and c.id not in free)
        return tuple(c.label for c in world if values[c.id] != c.default)

    def wins(self, values: Mapping[str, Value], outcome: Outcome) -> bool:
        """Whether a state is won: nothing fails in the track's or an act's world, and a task is met."""
        if self.away_from_environment(values) or any(verdict.level == "fail" for verdict in outcome.verdicts):
            return False
        return self.task.is_met(outcome) if self.task is not None else not self.exploratory

    def read(self, raw: Mapping[str, Any]) -> dict[str, Value]:
        """Return the values that ``solve`` may receive for what a client sent.

        Raises
        ------
        BadValue
            A control is missing or unreadable, or there is one the bench does not have.
        """
        return read_values(self.id, self.control_map(), raw)

    def run(
        self,
        track: Track | None = None,
        values: Mapping[str, Value] | None = None,
        *,
        seed: int = 0,
        preview: bool = False,
        fixes: bool = True,
        **controls: Any,
    ) -> Outcome:
        """Solve one state and check the answer against what the bench declares.

        ``bench.on(track).run(epochs=5)`` is for a notebook, which shows the Outcome as the page does: what is not named
        stands at its default.

        Parameters
        ----------
        track : Track | None
            The track, unless ``on(track)`` has said it.
        values : Mapping[str, Value] | None
            Every control's value by id, as ``read`` returns them.
        seed : int
            Of whatever is drawn.
        preview : bool
            Whether the state is computed by ``preview``; a bench without one is solved.
        fixes : bool
            Whether a preview's verdicts must carry their fixes; those of ``solve`` always do.
        **controls : Any
            Values of some controls by id, as a client may send them, in place of ``values``.

        Returns
        -------
        Outcome
            As ``solve`` or ``preview`` gave it.

        Raises
        ------
        SpecError
            The outcome lacks a panel or a HUD reading, or has a verdict or fix that was not declared; or no track is
            known.
        BadValue
            There is no such control, or its value cannot be read.
        """
        if values is None:
            return run_by_names(self, track, controls, seed=seed, preview=preview, fixes=fixes)
        owner = f"Bench '{self.id}'"
        if preview and self.preview is not None:
            outcome = self.preview(track, seed=seed, fixes=fixes, **values)
            owner, function = f"{owner}, preview", "preview"
        else:
            outcome, function = self.solve(track, seed=seed, **values), "solve"
        outcome = with_fixes_within(self.control_map(), track.ranges.get(self.id, {}) if track else {}, outcome)
        return check_answer(owner, self, outcome, function)

    def truth(self, track: Track, prediction: Prediction) -> Truth:
        """Return what the bench's own physics computes for the scenario of the question.

        Raises
        ------
        SpecError
            No number where a number was asked for, none of the options, or not above 0 where it is a factor.
        """
        return checked_truth(self, track, prediction, Truth)

    def routes(self, track: Track, prediction: Prediction) -> tuple[tuple[Route, float], ...]:
        """Return the tempting wrong ways of a question, each with the value it leads to in the scenario.

        Raises
        ------
        SpecError
            A route leads to something that is no finite number.
        """
        return checked_routes(self, track, prediction)

    def case(self, track: Track, prediction: Prediction) -> Table | None:
        """Return the case that tells the options of a question apart, or None where it declares none."""
        if prediction.case is None:
            return None
        table = prediction.case(track, **self.asked_state(prediction))
        if not isinstance(table, Table):
            raise refuse(f"Bench '{self.id}', '{prediction.id}'", f"case must return a Table, got {table!r:.80}")
        return table
