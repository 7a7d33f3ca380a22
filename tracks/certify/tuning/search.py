"""The search for free constants with which every bench of a file holds: successive halving, then the smallest change.

Candidates change one or two of the constants that a failing bench depends on. They are looked at with few points, the
better ones with more, beside changes of limits that are computed (``limits``), the best by the whole certificate and
beside the other benches that the same constants move. What holds is made smaller, and confirmed with many points.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing import TimeoutError as NotInTime
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any, TypeVar

from tracks.certify.tuning.found import OutOfTime, Progress, Tuned
from tracks.certify.tuning.grading import Depth, Grade, Job, begin, benches_of, graded, touched
from tracks.certify.tuning.knobs import Knob, edited, knobs, nudged
from tracks.certify.tuning.limits import suggested

SEARCHED, CONFIRMED = 64, 512  # points
AT_ONCE = 4  # times as many points of a bench that answers at once: where few states win, more have to be looked at
FACTORS = (0.8, 1.25, 0.5, 2.0, 0.25, 4.0, 0.1, 10.0)  # of a constant that is changed alone
DRAWN = 2  # further factors, drawn between a quarter and four
STEPS = (-0.1, 0.1, -0.2, 0.2, -0.4, 0.4)  # of the range of a share
SEEDS = 4  # other seeds that are tried alone
PAIRS = 24  # candidates of two constants
KEPT = (10, 4)  # candidates that are looked at with more points, and that are certified
LOOKED = 16  # points of the first look
MOST_ROUNDS = 12  # of the search, of whatever bench
NEARER = 0.02  # of a penalty: a change that fails as many lines has to be nearer by as much
WEIGHT = 0.02  # of a doubling, beside the penalty of a line

_Task = TypeVar("_Task")
_Answer = TypeVar("_Answer")
Values = Mapping[str, float]
_Wanted = tuple[str, Values, int, Depth]  # bench, constants, points, how closely


class Search:
    """One search in one file.

    Args:
        file: whose folder has what it imports. text: of the file. folder: for results that are kept, with max_bytes.
        seconds: when it stops at the latest. confirmed: points of the last look. jobs: processes; with 0 all runs in
            this one, where no result is kept and the time is only looked at between two grades. say: told the progress.
            seed: of the candidates.
    """

    def __init__(
        self,
        file: Path,
        text: str,
        *,
        folder: Path,
        seconds: float,
        max_bytes: int = 10**9,
        confirmed: int = CONFIRMED,
        searched: int = SEARCHED,
        jobs: int = 2,
        only: Sequence[str] = (),
        say: Callable[[Progress], None] = lambda _: None,
        seed: int = 0,
    ) -> None:
        self._file, self._text, self._folder, self._max_bytes = file, text, folder, max_bytes
        self._jobs, self._say = jobs, say
        self._started = time.monotonic()
        self._until = self._started + seconds
        self._confirmed, self._searched, self._only = confirmed, searched, only
        self._draws = random.Random(seed)
        self.free = knobs(text)
        self._by_name = {knob.name: knob for knob in self.free}
        self._grades: dict[tuple[Any, ...], Grade] = {}
        self._moved_by: dict[str, frozenset[str]] = {}
        self._reached_by: dict[str, frozenset[str]] = {}  # also by what moves a bench whose decision it takes over
        self._points: dict[str, int] = {}  # of a bench that answers at once, or did not hold at more points
        self._fast: frozenset[str] = frozenset()  # benches that answer at once
        self._pool: Pool | None = None

    def run(self) -> Tuned:
        """Search, and return what was found, whenever the time is up."""
        tuned = Tuned(free=self.free)
        if self._jobs:
            self._pool = get_context("spawn").Pool(self._jobs, begin, (str(self._folder), self._max_bytes))
        try:
            self._search(tuned)
        except OutOfTime:
            tuned.out_of_time = True
            if not tuned.before:
                tuned.before = tuned.after = self._known(tuple(self._moved_by), {})
            tuned.offers = {name: value for name, value in tuned.values.items() if self._is_offer(name, value)}
        finally:
            if self._pool is not None:
                self._pool.terminate()
                self._pool.join()
        tuned.unseen = tuple(name for name, by in self._moved_by.items() if by and name not in tuned.after)
        tuned.seconds = time.monotonic() - self._started
        return tuned

    # --- the search -------------------------------------------------------------------------------------------------

    def _search(self, tuned: Tuned) -> None:
        found = self._begin(tuned)
        values: dict[str, float] = {}
        fast = [bench for bench, slow in found.items() if not slow]
        self._fast = frozenset(fast)
        self._points = dict.fromkeys(fast, min(AT_ONCE * self._searched, self._confirmed))
        for benches in (fast, list(found)) if len(fast) < len(found) else (fast,):
            if not benches:
                continue
            if not values:
                tuned.before = self._certified(benches, {}, "Certifying the file as it is")
            tuned.after = self._certified(benches, values, "Certifying what was found")
            tuned.confirmed = False
            for loosening in (False, True):
                values = self._mended(tuned, benches, values, loosening=loosening)
                if tuned.confirmed:
                    break
        if values:
            with suppress(OutOfTime):
                tuned.before |= self._certified(list(found), {}, "Certifying the file as it was")
        tuned.offers = {name: value for name, value in tuned.values.items() if self._is_offer(name, value)}

    def _is_offer(self, name: str, value: float) -> bool:
        return self._by_name[name].is_loosened_by(value)

    def _begin(self, tuned: Tuned) -> dict[str, bool]:
        """Find out which benches there are and which constants move each; keep those that any does, and say if slow."""
        ((rows, tuned.reason),) = self._all(
            [(self._file, self._text, self._only)], partial(_apply, benches_of), "Loading"
        )
        found = {name: slow for name, slow, _ in rows}
        pairs = [(bench, knob) for bench in found for knob in self.free]
        tasks = [
            (self._job(bench, {}, 2, "look"), edited(self._text, self.free, {knob.name: nudged(knob)}, say=False))
            for bench, knob in pairs
        ]
        moved = self._all(tasks, partial(_apply, touched), "Finding out which constants move which bench")
        for bench in found:
            names = (knob.name for (one, knob), does in zip(pairs, moved, strict=True) if does and one == bench)
            self._moved_by[bench] = frozenset(names)
        for bench, _, earlier in rows:  # in the order of the mission, so that what is carried on is counted, too
            before = (self._reached_by.get(one, frozenset()) for one in earlier)
            self._reached_by[bench] = self._moved_by[bench].union(*before)
        return {bench: slow for bench, slow in found.items() if self._moved_by[bench]}

    def _mended(
        self, tuned: Tuned, benches: list[str], values: dict[str, float], *, loosening: bool
    ) -> dict[str, float]:
        """Mend one failing bench after the other, then make the change small and confirm it."""
        for _ in range(MOST_ROUNDS):
            grades = self._certified(benches, values, "Certifying what was found")
            self._note(tuned, values, grades)
            failing = sorted((name for name in benches if not grades[name].holds), key=lambda one: grades[one].seconds)
            if not failing:
                values = self._smaller(benches, values)
                self._note(tuned, values, self._certified(benches, values, "Certifying the smaller change"))
                grades = self._known(benches, values) | self._confirmed_grades(benches, values)
                tuned.values, tuned.after = dict(values), grades
                if all(grade.holds for grade in grades.values()):
                    tuned.confirmed = True
                    return values
                for name, grade in grades.items():
                    if not grade.holds:
                        self._points[name] = self._confirmed
                continue
            better = None
            for name in failing:
                better = self._one_mended(name, benches, values, grades, loosening=loosening)
                if better is not None:
                    break
            if better is None:
                return values
            values = better
        return values

    def _note(self, tuned: Tuned, values: Values, grades: Mapping[str, Grade]) -> None:
        """Keep the best so far: fewest failing lines."""
        if _failing(grades) <= _failing(tuned.after):
            tuned.values, tuned.after = dict(values), dict(grades)

    def _one_mended(
        self, bench: str, benches: list[str], values: Values, grades: Mapping[str, Grade], *, loosening: bool
    ) -> dict[str, float] | None:
        """Return values with which fewer lines fail in all, or as many and less far; None where halving finds none."""
        label = bench.partition("/")[2]
        computed = self._suggested(bench, values, loosening=loosening)
        better = self._best_of(bench, computed, benches, values, grades)
        if better is not None or (
            bench in self._fast
            and "win_share" in grades[bench].failing
            and not computed
            and not loosening
            and self._suggested(bench, values, loosening=True)
        ):
            return better  # None: no limit that may be moved makes it won, and one that the author has to judge does
        candidates = list(self._candidates(bench, values, loosening=loosening))
        doing = f"{label}: looking at {len(candidates)} changes"
        kept = self._best(bench, candidates, LOOKED, "look", KEPT[0], doing)
        return self._best_of(bench, kept, benches, values, grades)

    def _best_of(
        self, bench: str, some: list[dict[str, float]], benches: list[str], values: Values, grades: Mapping[str, Grade]
    ) -> dict[str, float] | None:
        """Return the best of some changes by its certificate, where it is better than what there is."""
        label = bench.partition("/")[2]
        kept = self._best(bench, some, self._points_of(bench), "goals", KEPT[1], f"{label}: looking closer")
        now = (_failing(grades), self._penalty(bench, values) - NEARER)
        best: dict[str, float] | None = None
        for one in kept:
            moved = [name for name in benches if self._differs(name, one, values)]
            found = dict(grades) | self._certified(moved, one, f"{label}: certifying the best changes")
            rank = (_failing(found), self._penalty(bench, one))
            if rank < now:
                best, now = dict(one), rank
            if rank[0] == 0:
                break
        return best

    def _penalty(self, bench: str, values: Values) -> float:
        """Return how far a bench is from holding, where as many lines fail."""
        (grade,) = self._graded([(bench, values, self._points_of(bench), "goals")], "Looking closer")
        return grade.penalty

    def _suggested(self, bench: str, values: Values, *, loosening: bool) -> list[dict[str, float]]:
        """Return changes of limits that are computed from the bench's own states, with what is changed already."""
        task = (self._job(bench, values, self._searched, "look"), self._text, self.free, values, self._moved_by[bench])
        doing = f"{bench.partition('/')[2]}: computing where it is won"
        (found,) = self._all([task], partial(_apply, partial(suggested, loosening=loosening)), doing)
        return [dict(values) | one for one in found]

    def _candidates(self, bench: str, values: Values, *, loosening: bool) -> Iterator[dict[str, float]]:
        """Yield changes of one constant, and of two drawn at random, of those that move a bench."""
        free = [knob for knob in self.free if knob.name in self._moved_by[bench]]
        seen: set[tuple[tuple[str, float], ...]] = set()
        alone = [(knob, value) for knob in free for value in self._values_of(knob, values.get(knob.name, knob.value))]
        singles = [((knob, value),) for knob, value in alone if loosening or not knob.is_loosened_by(value)]
        pool = [one[0] for one in singles]
        pairs = [tuple(self._draws.sample(pool, 2)) for _ in range(PAIRS if len(pool) > 1 else 0)]
        for moves in (*singles, *pairs):
            changed = {**values, **{knob.name: value for knob, value in moves}}
            changed = {name: value for name, value in changed.items() if value != self._by_name[name].value}
            key = tuple(sorted(changed.items()))
            if key not in seen and changed != dict(values):
                seen.add(key)
                yield changed

    def _values_of(self, knob: Knob, now: float) -> list[float]:
        if knob.name == "fleet.seed":
            return [float(self._draws.randrange(100)) for _ in range(SEEDS)]
        if knob.even:
            tried = [now + step * (knob.high - knob.low) for step in STEPS]
        else:
            drawn = (2 ** self._draws.uniform(-2, 2) for _ in range(DRAWN))
            tried = [now * factor for factor in (*FACTORS, *drawn)]
        return [value for value in dict.fromkeys(map(knob.rounded, tried)) if value != now]

    def _smaller(self, benches: list[str], values: dict[str, float]) -> dict[str, float]:
        """Take changes back that are not needed, then halve the others while all holds."""
        for name in sorted(values, key=lambda one: -self._by_name[one].distance(values[one])):
            for value in (self._by_name[name].value, self._halfway(name, values[name])):
                tried = {**values, name: value}
                tried = {one: at for one, at in tried.items() if at != self._by_name[one].value}
                if tried == values:
                    continue
                moved = [bench for bench in benches if self._differs(bench, tried, values)]
                if all(one.holds for one in self._certified(moved, tried, "Making the change smaller").values()):
                    values = tried
                    break
        return values

    def _halfway(self, name: str, value: float) -> float:
        knob = self._by_name[name]
        if name == "fleet.seed":
            return value
        if knob.even or value <= 0 or knob.value <= 0:
            return knob.rounded((knob.value + value) / 2)
        return knob.rounded(float((knob.value * value) ** 0.5))

    def _differs(self, bench: str, one: Values, other: Values) -> bool:
        return any(one.get(name) != other.get(name) for name in self._reached_by[bench])

    def _distance(self, values: Values) -> float:
        """Return how large a change is: by its constants, and by the slow benches that each of them moves as well."""
        slow = {name: sum(name in by for one, by in self._moved_by.items() if one not in self._fast) for name in values}
        return sum(1 + 2 * slow[name] + self._by_name[name].distance(value) for name, value in values.items())

    # --- grades -----------------------------------------------------------------------------------------------------

    @property
    def left_s(self) -> float:
        """How much of the time is left [s]."""
        return self._until - time.monotonic()

    def _best(
        self, bench: str, candidates: list[dict[str, float]], points: int, depth: Depth, count: int, doing: str
    ) -> list[dict[str, float]]:
        grades = self._graded([(bench, one, points, depth) for one in candidates], doing)
        ranked = sorted(
            zip(grades, candidates, strict=True), key=lambda one: one[0].penalty + WEIGHT * self._distance(one[1])
        )
        return [one for grade, one in ranked if grade.penalty < 50][:count]

    def _certified(self, benches: Sequence[str], values: Values, doing: str) -> dict[str, Grade]:
        wanted: list[_Wanted] = [(bench, values, self._points_of(bench), "all") for bench in benches]
        return dict(zip(benches, self._graded(wanted, doing), strict=True))

    def _known(self, benches: Sequence[str], values: Values) -> dict[str, Grade]:
        """Return the certificates that were made already, of few points."""
        keys = {bench: self._key(bench, values, self._points_of(bench), "all") for bench in benches}
        return {bench: self._grades[key] for bench, key in keys.items() if key in self._grades}

    def _confirmed_grades(self, benches: Sequence[str], values: Values) -> dict[str, Grade]:
        """Certify with many points what a change moves; without a change, all benches."""
        benches = [bench for bench in benches if not values or self._differs(bench, values, {})]
        wanted: list[_Wanted] = [(bench, values, self._confirmed, "all") for bench in benches]
        doing = f"Confirming with {self._confirmed} points"
        return dict(zip(benches, self._graded(wanted, doing), strict=True))

    def _graded(self, wanted: Sequence[_Wanted], doing: str) -> list[Grade]:
        """Return grades in order; what was graded before with the same constants of a bench is not graded again."""
        keys = [self._key(*one) for one in wanted]
        new = {key: one for key, one in zip(keys, wanted, strict=True) if key not in self._grades}
        jobs = [self._job(*one) for one in new.values()]
        for key, grade in zip(new, self._each(jobs, graded, doing), strict=True):
            self._grades[key] = grade
        return [self._grades[key] for key in keys]

    def _points_of(self, bench: str) -> int:
        return self._points.get(bench, self._searched)

    def _key(self, bench: str, values: Values, points: int, depth: Depth) -> tuple[Any, ...]:
        of_bench = tuple(sorted((name, value) for name, value in values.items() if name in self._reached_by[bench]))
        return bench, of_bench, points, depth

    def _job(self, bench: str, values: Values, points: int, depth: Depth) -> Job:
        text = edited(self._text, self.free, values, say=False)
        return Job(file=self._file, text=text, bench=bench, points=points, depth=depth)

    def _all(self, tasks: Sequence[_Task], work: Callable[[_Task], _Answer], doing: str) -> list[_Answer]:
        return list(self._each(tasks, work, doing))

    def _each(self, tasks: Sequence[_Task], work: Callable[[_Task], _Answer], doing: str) -> Iterator[_Answer]:
        """Yield the answers of the processes in order, telling the progress.

        Raises:
            OutOfTime: the time is up.
        """
        answers = None if self._pool is None else self._pool.imap(work, tasks)
        for done, task in enumerate(tasks):
            self._say(Progress(doing=doing, done=done, of=len(tasks), left_s=max(0.0, self.left_s)))
            if answers is None:
                if self.left_s <= 0:
                    raise OutOfTime
                yield work(task)
                continue
            try:
                yield answers.next(max(0.0, self.left_s))
            except NotInTime:
                raise OutOfTime from None


def _apply(function: Callable[..., _Answer], arguments: tuple[Any, ...]) -> _Answer:
    return function(*arguments)


def _failing(grades: Mapping[str, Grade]) -> float:
    return sum(len(grade.failing) for grade in grades.values())
