"""What is opened on request: the equations behind a bench, a small figure that explains one, one round of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from tracks.api.checks import check_function, check_items, check_text, check_unique, refuse
from tracks.api.controls import Slider, read_values
from tracks.api.declared.of_track import OfTrack, required
from tracks.api.figures import Drawing, Panel

if TYPE_CHECKING:
    from tracks.api.track import Track

MAX_SLIDERS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Demonstration:
    """What Peek shows below its equations: a figure that follows its own sliders, not the bench's controls.

    Its values are neither stored nor recorded, and no verdict, reading or certificate looks at them.

    Parameters
    ----------
    title : str
        What it is headed by, a question or a statement.
    text : str
        Two or three plain sentences on what is drawn.
    sliders : tuple[Slider, ...]
        One to four; their group and role are not used.
    panel : Panel
        The frame of its figure: an id, a question and axes that never move; no views.
    draw : Callable[..., Drawing]
        ``draw(**values) -> Drawing``, pure and quick, since it is called at every step of a drag; the keywords are the
        sliders' ids.
    """

    title: str
    text: str
    sliders: tuple[Slider, ...]
    panel: Panel
    draw: Callable[..., Drawing]

    def __post_init__(self) -> None:
        check_text("Demonstration", "title", self.title)
        owner = f"Demonstration '{self.title}'"
        check_text(owner, "text", self.text)
        check_items(owner, "sliders", self.sliders, Slider)
        check_unique(owner, "sliders", (slider.id for slider in self.sliders))
        if not 1 <= len(self.sliders) <= MAX_SLIDERS:
            raise refuse(owner, f"needs one to four sliders, got {len(self.sliders)}")
        for slider in self.sliders:
            if slider.carried:
                raise refuse(owner, f"slider '{slider.id}' is carried, but its values come from no decision")
        if not isinstance(self.panel, Panel):
            raise refuse(owner, f"panel must be a Panel, got {self.panel!r:.80}")
        if self.panel.views:
            raise refuse(owner, f"panel '{self.panel.id}' has views; it is drawn in one way")
        check_function(owner, "draw", self.draw)

    def defaults(self) -> dict[str, float]:
        """Return every slider's default by id."""
        return {slider.id: slider.default for slider in self.sliders}

    def states(self) -> tuple[dict[str, float], ...]:
        """Return the values at which it is tried: the defaults, then every combination of the sliders' ends."""
        names = [slider.id for slider in self.sliders]
        ends = product(*((slider.read(slider.minimum), slider.read(slider.maximum)) for slider in self.sliders))
        return (self.defaults(), *(dict(zip(names, values, strict=True)) for values in ends))

    def read(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values that ``draw`` may receive for what a client sent.

        Raises
        ------
        BadValue
            A slider is missing or unreadable, or there is one that the demonstration does not have.
        """
        return read_values("the demonstration", {slider.id: slider for slider in self.sliders}, raw)

    def drawn(self, values: Mapping[str, Any]) -> Drawing:
        """Return the drawing at values as ``read`` gives them.

        Raises
        ------
        SpecError
            ``draw`` returned something else.
        """
        drawing = self.draw(**values)
        if not isinstance(drawing, Drawing):
            raise refuse(f"Demonstration '{self.title}'", f"draw must return a Drawing, got {drawing!r:.80}")
        return drawing


@dataclass(frozen=True, kw_only=True, slots=True)
class RunView:
    """What *Look into a run* shows: one round of the run behind the figures, drawn when a student asks for it.

    It is never computed while a control moves. Nothing of it is stored, and no verdict or certificate looks at it.

    Parameters
    ----------
    text : str
        Two or three plain sentences on what is drawn, and of which run.
    panel : Panel
        The frame of its figure: an id, a question and axes that never move, no views; or a function of the track.
    rounds : Callable[..., int]
        ``rounds(track, **controls) -> int``, how many rounds the run of a state has, 1 or more.
    draw : Callable[..., Drawing]
        ``draw(track, *, seed, round, **controls) -> Drawing``, pure; ``round`` counts from 1. It is called at every
        step of the round slider, so that the run itself should be kept.
    """

    text: str
    panel: OfTrack[Panel] = required()
    rounds: Callable[..., int]
    draw: Callable[..., Drawing]

    def __post_init__(self) -> None:
        check_text("RunView", "text", self.text)
        check_function("RunView", "rounds", self.rounds)
        check_function("RunView", "draw", self.draw)
        if not callable(self.panel):
            self._check_panel(self.panel)

    def _check_panel(self, panel: Any) -> None:
        if not isinstance(panel, Panel):
            raise refuse("RunView", f"panel must be a Panel, got {panel!r:.80}")
        if panel.views:
            raise refuse("RunView", f"panel '{panel.id}' has views; it is drawn in one way")

    def on(self, track: Track) -> RunView:
        """Return this view for one track, its panel settled and checked."""
        return replace(self, panel=self.panel(track)) if callable(self.panel) else self

    def count(self, track: Track, values: Mapping[str, Any]) -> int:
        """Return how many rounds the run of a state has.

        Raises
        ------
        SpecError
            ``rounds`` returned something else than a whole number of 1 or more.
        """
        count = self.rounds(track, **values)
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise refuse("RunView", f"rounds must return a whole number of 1 or more, got {count!r:.80}")
        return count

    def drawn(self, track: Track, values: Mapping[str, Any], number: int, *, seed: int = 0) -> Drawing:
        """Return the drawing of one round of a state, counted from 1.

        Raises
        ------
        SpecError
            ``draw`` returned something else.
        """
        drawing = self.draw(track, seed=seed, round=number, **values)
        if not isinstance(drawing, Drawing):
            raise refuse("RunView", f"draw must return a Drawing, got {drawing!r:.80}")
        return drawing


@dataclass(frozen=True, kw_only=True, slots=True)
class PeekLine:
    """One equation.

    Parameters
    ----------
    name : str
        What it computes.
    equation : str
        The equation in symbols.
    numbers : str
        The same with the student's numbers.
    source : str
        Where the numbers come from.
    latex : str
        The equation for the eye: a text with LaTeX between dollar signs (``$t = 8 m / r$``), drawn as MathML. The
        ``equation`` is what a screen reader says. Empty: the equation is shown as it is written.
    """

    name: str
    equation: str
    numbers: str
    source: str
    latex: str = ""

    def __post_init__(self) -> None:
        owner = f"PeekLine '{self.name}'"
        for item in ("name", "equation", "numbers", "source"):
            check_text(owner, item, getattr(self, item))
        if not isinstance(self.latex, str):
            raise refuse(owner, f"latex must be a text, got {self.latex!r:.80}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Peek:
    """The equations behind a bench and what they leave out.

    Parameters
    ----------
    lines : tuple[PeekLine, ...]
        The equations, in the order of the page.
    leaves_out : str
        What they leave out, in a sentence.
    """

    lines: tuple[PeekLine, ...]
    leaves_out: str

    def __post_init__(self) -> None:
        check_items("Peek", "lines", self.lines, PeekLine)
        check_text("Peek", "leaves_out", self.leaves_out)
