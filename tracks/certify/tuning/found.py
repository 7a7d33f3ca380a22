"""What a search of constants tells while it runs and returns when it ends."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracks.certify.tuning.grading import Grade
from tracks.certify.tuning.knobs import Knob


class OutOfTime(Exception):
    """The time of a search is up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """What a search does now: a sentence, and how much is done of it."""

    doing: str
    done: int
    of: int
    left_s: float


@dataclass(kw_only=True, slots=True)
class Tuned:
    """What a search found.

    Attributes:
        free: the constants of the file. values: those that were changed. offers: of these, what only the author may
            choose. before, after: the grades of every bench. holds: whether all of ``after`` do.
        unseen: benches that the time was too short to certify as they are.
        confirmed: whether what the change moves holds at as many points as were asked for.
        seconds: how long it took. out_of_time: whether it was cut.
    """

    free: tuple[Knob, ...]
    values: dict[str, float] = field(default_factory=dict)
    offers: dict[str, float] = field(default_factory=dict)
    before: dict[str, Grade] = field(default_factory=dict)
    after: dict[str, Grade] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()
    confirmed: bool = False
    seconds: float = 0.0
    out_of_time: bool = False
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether every bench holds as far as it was looked at."""
        return bool(self.after) and not self.unseen and all(grade.holds for grade in self.after.values())
