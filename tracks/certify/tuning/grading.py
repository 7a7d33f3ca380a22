"""How good a file with changed constants is: a number for a search, from a first look to the whole certificate.

Every function here is run in a process of its own and is given plain data: the text of the file.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Literal

from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.certify.certificate import Certificate, applicable, certify, found
from tracks.certify.goals import SHARE, default_fails, no_single_control_win, reachable, two_designs, win_share
from tracks.certify.survey import State, Survey, Unsolved
from tracks.common.cache import open_folder
from tracks.loading.assembly import Pool
from tracks.loading.beside import modules_beside
from tracks.loading.carried import sources
from tracks.loading.discovery import PluginRefused, Registration, collect, error_text, find_sources
from tracks.loading.settled import working

Depth = Literal["look", "goals", "all"]
COARSE = 5  # positions of a control in a first look
LOST = 100.0  # the penalty of a file that does not load
COURSE = ("tracks.missions",)  # no other track is needed
MARGIN_OF_SHARE = 1.5  # a share that is so far inside its range at a few points is inside at many


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What is graded: a bench, "track/bench", of the text of a file, with so many points."""

    file: Path
    text: str
    bench: str
    points: int
    depth: Depth


@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """What was found: 0 where all holds, more the further from it; the names of what fails; the time it took [s]."""

    penalty: float
    failing: tuple[str, ...]
    seconds: float
    certificate: Certificate | None = None
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing fails of what was looked at."""
        return not self.failing and self.penalty < LOST


def begin(folder: str, max_bytes: int) -> None:
    """Prepare a process: runs are kept, so that a changed cap or target needs none anew."""
    open_folder(Path(folder), max_bytes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What a text brings, run in this process: its tracks, each with its benches in the order of the mission."""

    missions: Mapping[str, tuple[Track, tuple[Bench, ...]]]
    reason: str = ""  # why it brings nothing


@lru_cache(maxsize=4)
def loaded(file: Path, text: str) -> Loaded:
    """Execute a text of a file and lay out its tracks with the benches of the course, without a process of their own.

    It is the author's own file, run by the author's own command, hundreds of times with other numbers; what it imports
    from its folder is found there.
    """
    quiet = redirect_stdout(StringIO())
    try:
        with tempfile.TemporaryDirectory(prefix="edgelab-") as folder, modules_beside(file), quiet:
            (Path(folder) / file.name).write_text(text, encoding="utf-8")
            registrations = [collect(source) for source in find_sources(Path(folder), COURSE, entry_points=False)]
            missions = {track.id: (track, _mission(track, registrations)) for track in registrations[-1].tracks}
    except Exception as problem:  # whatever the author's code raises
        return Loaded(
            missions={}, reason=error_text(problem) if not isinstance(problem, PluginRefused) else str(problem)
        )
    return Loaded(missions=missions, reason="" if missions else "it offers no track")


def _mission(track: Track, registrations: Sequence[Registration]) -> tuple[Bench, ...]:
    """Return the benches of the course and of a file for a track, its crisis last, as the registry orders them."""
    pool = Pool(processes={}, before={})
    pool.benches = {bench.id: (bench, found) for found in registrations for bench in found.benches}
    every = [bench for bench, _ in pool.benches.values()] + ([track.crisis] if track.crisis else [])
    pool.settled = {(track.id, bench.id): bench.on(track) for bench in every}
    return tuple(pool.mission(track).values())


def benches_of(file: Path, text: str, only: Sequence[str]) -> tuple[tuple[tuple[str, bool, tuple[str, ...]], ...], str]:
    """Return the benches of the tracks that a text brings, whether each is slow and whose decisions it takes over.

    Or why there are none. A bench that has a preview is slow. Each is called once, as the registry does with those of
    the course.
    """
    found = loaded(file, text)
    rows = []
    for track, benches in found.missions.values():
        for bench in benches:
            if only and bench.id not in only:
                continue
            try:
                with redirect_stdout(StringIO()):
                    working(bench, track)
            except Exception as problem:  # whatever the author's code raises
                return (), f"bench '{bench.id}' does not work on track '{track.id}': {error_text(problem)}"
            earlier = tuple(f"{track.id}/{source}" for source in sources(bench.on(track)))
            rows.append((f"{track.id}/{bench.id}", bench.preview is not None, earlier))
    return tuple(rows), found.reason or ("" if rows else "it has no bench of that name")


def touched(job: Job, other: str) -> bool:
    """Whether the numbers of a bench differ between two texts, at its start and in a few states; so if one is lost."""
    marks = []
    for text in (job.text, other):
        if loaded(job.file, text).reason:
            return False
        survey = _survey(text, job)
        try:
            states = (survey.default, *survey.states, *survey.worlds[:2])
            marks.append([(survey.see(state).numbers, sorted(state.items())) for state in states])
        except Exception:  # whatever a plugin's code raises: the constant moves it
            return True
    return marks[0] != marks[1]


def _survey(text: str, job: Job) -> Survey:
    track, bench, benches = chosen(text, job)
    return Survey(track, bench, points=job.points, benches=benches, carried=2)


def chosen(text: str, job: Job) -> tuple[Track, Bench, tuple[Bench, ...]]:
    """Return the bench of a job in a text of its file, its track, and all benches of that."""
    name, _, bench_id = job.bench.partition("/")
    track, benches = loaded(job.file, text).missions[name]
    return track, next(bench for bench in benches if bench.id == bench_id), benches


def graded(job: Job) -> Grade:
    """Return the grade of a bench of a text; whatever its code raises is a grade, too."""
    try:
        return _graded(job)
    except Exception as problem:  # constants that physics refuses, or a plugin's own fault
        reason = f"{type(problem).__name__}: {problem}"
        return Grade(penalty=LOST, failing=("loads",), seconds=0.0, reason=reason)


def _graded(job: Job) -> Grade:
    started = time.perf_counter()
    if reason := loaded(job.file, job.text).reason:
        return Grade(penalty=LOST, failing=("loads",), seconds=0.0, reason=reason)
    with redirect_stdout(StringIO()):
        if job.depth == "all":
            track, bench, benches = chosen(job.text, job)
            one = certify(track, bench, points=job.points, benches=benches)
            failing = tuple(item.check for item in one.findings if not item.stands)
            return Grade(penalty=len(failing), failing=failing, seconds=one.seconds, certificate=one)
        survey = _survey(job.text, job)
        try:
            penalties = _penalties(survey, exact=job.depth == "goals")
        except Unsolved as problem:
            return Grade(penalty=LOST / 2, failing=("answers_everywhere",), seconds=0.0, reason=str(problem))
    failing = tuple(name for name, value in penalties.items() if value > 0)
    return Grade(penalty=sum(penalties.values()), failing=failing, seconds=time.perf_counter() - started)


def _penalties(survey: Survey, *, exact: bool) -> Mapping[str, float]:
    """Return by check 0, or 1 and how far it is from holding, in margins."""
    lone = [state for control in survey.by_role["decision"] for state in survey.scan(control, survey.default, COARSE)]
    parts = {"failures_reachable": _never(survey, lone)}
    if survey.bench.exploratory:
        return parts
    start = survey.see(survey.default)
    parts["default_fails"] = 1 + min(1.0, start.smallest) if start.wins else 0.0
    parts["win_share"] = _share(survey)
    alone = max((survey.see(state).smallest for state in lone), default=-1.0)
    parts["no_single_control_win"] = 1 + min(1.0, alone) if any(survey.see(one).wins for one in lone) else 0.0
    if exact:
        checks = applicable(survey)
        for check in (default_fails, win_share, no_single_control_win, two_designs, reachable):
            if check in checks and not parts.get(check.__name__) and not found(check, survey).passed:
                parts[check.__name__] = 1.0
    return parts


def _share(survey: Survey) -> float:
    """Return how far the share of wins is from its range: where none wins, how near the nearest states are."""
    states = survey.states
    share = sum(survey.see(state).wins for state in states) / max(1, len(states))
    if share > SHARE[1] / MARGIN_OF_SHARE:
        return 1 + share if share > SHARE[1] else share
    if share > 0:
        return 0.0
    best = sorted((survey.see(state).smallest for state in states), reverse=True)[:3]
    return 1 + min(1.0, -sum(best) / max(1, len(best)))


def _never(survey: Survey, lone: list[State]) -> float:
    """Return the number of failures that were not seen to stand, each with its least margin."""
    states = [survey.default, *survey.states, *lone]
    total = 0.0
    for code in survey.bench.failures:
        seen = [survey.see(state) for state in states]
        if not any(one.stands(code) for one in seen):
            total += 0.5 + min(0.5, min(one.margin(code) for one in seen))
    return total
