"""Certificates of benches: ``certify`` runs all checks, ``checks`` and ``cases`` make each check a test of your own.

One bench, here the paradox of a track::

    >>> from tracks.loading.registry import load_registry
    >>> from tracks.testing import certify
    >>> lab = load_registry()
    >>> proof = certify(lab.track("edge_guardian"), lab.bench("edge_guardian", "paradox"), points=16)
    >>> proof.holds, proof.exploratory
    (True, True)

Every bench of a file of plugins, each line a test of its own::

    import pytest
    from tracks.loading.registry import load_registry
    from tracks.testing import cases

    LAB = load_registry(folder="my_tracks")

    @pytest.mark.parametrize("case", cases(LAB, only=["harbour_crane"]), ids=str)
    def test_every_bench_is_a_good_one(case):
        case()
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.certify.acts import acts_after_the_first, checks_of_acts
from tracks.certify.advice import advice
from tracks.certify.carried import CARRIED, told_arrivals
from tracks.certify.goals import ALWAYS, GOALS, Finding, finding, reachable, told_designs, told_path, wilson
from tracks.certify.structure import DRAWING, STRUCTURE
from tracks.certify.survey import ARRIVING, Survey, Unsolved
from tracks.loading.registry import Registry

__all__ = ["CHECKS", "Case", "Certificate", "Check", "Finding", "cases", "certify", "checks", "pairs"]

Check = Callable[[Survey], Finding]
CHECKS: tuple[Check, ...] = (*STRUCTURE, *DRAWING, *GOALS, *ALWAYS)  # of a bench alone; CARRIED is of its mission


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """What was found about one bench on one track.

    Parameters
    ----------
    track, bench : str
        Ids.
    exploratory : bool
        Whether there is nothing to win, so that only some checks apply.
    findings : tuple[Finding, ...]
        One a check, in the order of ``CHECKS``, then of ``CARRIED`` where earlier decisions are offered.
    points : int
        Sobol points of the decision space looked at.
    seed : int
        Of these points.
    win_share : float | None
        Share of them that win.
    interval : tuple[float, float] | None
        Its 95% Wilson interval; both None where exploratory.
    path : str
        The moves of the greedy path as one text.
    moves : int | None
        How many they are, or None where it does not win.
    designs : tuple[str, ...]
        Two different designs that win, as texts, or none.
    arrivals : tuple[tuple[str, str, str], ...]
        For each win of an earlier bench: what is offered of it, what then fails, and which one decision wins after it.
    solves : int
        How many states were solved.
    seconds : float
        How long all of it took [s].
    """

    track: str
    bench: str
    exploratory: bool
    findings: tuple[Finding, ...]
    points: int
    seed: int
    win_share: float | None
    interval: tuple[float, float] | None
    path: str
    moves: int | None
    designs: tuple[str, ...]
    arrivals: tuple[tuple[str, str, str], ...]
    solves: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether every check passed, but those that the bench says fail."""
        return all(item.stands for item in self.findings)


def certify(
    track: Track,
    bench: Bench,
    *,
    points: int = 512,
    seed: int = 0,
    draw: bool = False,
    benches: Sequence[Bench] = (),
    advise: bool = False,
) -> Certificate:
    """Return the certificate of one bench on one track.

    Environment and view controls stay at the track's values, except where a check says otherwise.

    Parameters
    ----------
    track : Track
        The track.
    bench : Bench
        For this track, or before ``on(track)``.
    points : int
        How many Sobol points of the decision space are looked at, 1 or more.
    seed : int
        Of these points.
    draw : bool
        Whether ``drawings_are_plain`` is checked too; no other check renders figures.
    benches : Sequence[Bench]
        All of the track, whose decisions are offered here; without them that is not checked.
    advise : bool
        Whether each check that fails says which constants move it; each is tried in a few states.

    Returns
    -------
    Certificate
        All findings at once.
    """
    started = time.perf_counter()
    survey = Survey(track, bench, points=points, seed=seed, benches=benches)
    findings = tuple(found(check, survey) for check in applicable(survey) if draw or check not in DRAWING)
    if advise:
        findings = tuple(one if one.passed else replace(one, advice=advice(survey, one.check)) for one in findings)
    passed = {item.check for item in findings if item.passed}
    share = _win_share(survey)
    reached = "reachable" in passed
    return Certificate(
        track=track.id,
        bench=survey.bench.id,
        exploratory=survey.bench.exploratory,
        findings=findings,
        points=points,
        seed=seed,
        win_share=share,
        interval=None if share is None else wilson(len(survey.wins), len(survey.states)),
        path=told_path(survey) if reached else "",
        moves=len(survey.path) - 1 if reached else None,
        designs=told_designs(survey) if "two_designs" in passed else (),
        arrivals=told_arrivals(survey) if passed.issuperset(check.__name__ for check in CARRIED) else (),
        solves=survey.solved,
        seconds=time.perf_counter() - started,
    )


def _win_share(survey: Survey) -> float | None:
    """Return the share of the decision space that wins; None where there is nothing to win or no answer."""
    if survey.bench.exploratory or not survey.states:
        return None
    try:
        return len(survey.wins) / len(survey.states)
    except Unsolved:
        return None


def applicable(survey: Survey) -> tuple[Check, ...]:
    """Return the checks that apply to a bench: all of them, or those that need nothing to win or nothing carried.

    An act of a bench has two of its own, and is not reached from its default.
    """
    needless = (*(GOALS if survey.bench.exploratory else ()), *(() if survey.is_carried_to else CARRIED))
    of_acts = checks_of_acts(survey)
    if of_acts:  # an act starts from a win of the act before, and act_goes_on tells the way from there
        needless = (*needless, reachable)
    return (*(check for check in (*CHECKS, *CARRIED) if check not in needless), *of_acts)


def found(check: Check, survey: Survey) -> Finding:
    """Return what a check finds; a state that the bench does not answer is a finding, too."""
    try:
        result = check(survey)
    except Unsolved as problem:
        result = finding(check.__name__, False, f"It cannot be told, because solve went wrong: {problem}")
    reason = survey.bench.expected_failures.get(result.check, "")
    return replace(result, expected=reason) if reason else result


def checks(*, points: int = 64, seed: int = 0) -> Iterator[Callable[[Track, Bench], None]]:
    """Yield one function a check, named after it: ``check(track, bench)`` raises AssertionError with the finding.

    Those of one call share the states they solve, so keep them together for one bench. What earlier benches decide is
    not among them; ``cases`` checks it, too.

    Parameters
    ----------
    points, seed : int
        As of ``certify``.

    Yields
    ------
    callable
        ``check(track, bench)``, one a check.
    """
    surveys: dict[tuple[str, str], Survey] = {}

    def named(check: Check) -> Callable[[Track, Bench], None]:
        def test(track: Track, bench: Bench) -> None:
            survey = surveys.setdefault((track.id, bench.id), Survey(track, bench, points=points, seed=seed))
            if check in applicable(survey):
                _hold(found(check, survey))

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    yield from map(named, CHECKS)


def _hold(result: Finding) -> None:
    if not result.stands:
        raise AssertionError(f"{result.check}: {result.text}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One check of one bench on one track; called, it raises AssertionError with what was found.

    Parameters
    ----------
    check : Check
        What is checked.
    survey : Survey
        The states of the bench that were solved, shared by its cases.
    is_strict : bool
        Whether it fails also where the bench expects it to (``Bench.expected_failures``).
    """

    check: Check
    survey: Survey
    is_strict: bool = False

    def __call__(self) -> None:
        """Raise AssertionError with the finding unless the check passes."""
        result = found(self.check, self.survey)
        _hold(replace(result, expected="") if self.is_strict else result)

    def __str__(self) -> str:
        """Return ``track/bench: check``, which names the test."""
        return f"{self.survey.track.id}/{self.survey.bench.id}: {self.check.__name__}"


def cases(
    registry: Registry, *, only: Sequence[str] = (), points: int = 64, seed: int = 0, carried: int = ARRIVING
) -> tuple[Case, ...]:
    """Return every check that applies to every bench of a registry, for ``pytest.mark.parametrize(..., ids=str)``.

    Parameters
    ----------
    registry : Registry
        What was loaded.
    only : Sequence[str]
        As of ``pairs``.
    points, seed : int
        As of ``certify``.
    carried : int
        How many wins of each earlier bench are taken over.

    Returns
    -------
    tuple[Case, ...]
        To call, or to parametrize a test with.
    """
    surveys = [
        Survey(track, bench, points=points, seed=seed, benches=registry.benches(track.id), carried=carried)
        for track, bench in pairs(registry, only)
    ]
    return tuple(Case(check=check, survey=survey) for survey in surveys for check in applicable(survey))


def pairs(registry: Registry, only: Iterable[str] = ()) -> tuple[tuple[Track, Bench], ...]:
    """Return every track with each of its benches; with ``only``, those that match one of its patterns.

    A bench with acts is followed by its further acts, each as a bench of its own: ``crisis_storm_grows``.

    A pattern is a track's id, or ``track/bench`` where ``*`` stands for anything: ``edge_guardian``, ``*/privacy``.

    Parameters
    ----------
    registry : Registry
        What was loaded.
    only : Iterable[str]
        Patterns; none means every bench.

    Returns
    -------
    tuple[tuple[Track, Bench], ...]
        In the order of the registry.

    Raises
    ------
    LookupError
        A pattern matches nothing; the sentence lists what there is.
    """
    every = [
        (track, one)
        for track in registry.tracks.values()
        for bench in registry.benches(track.id)
        for one in (bench, *acts_after_the_first(bench))
    ]
    names = [f"{track.id}/{bench.id}" for track, bench in every]
    wanted = {name for pattern in only for name in _matching(pattern, names)} if only else set(names)
    return tuple(pair for pair, name in zip(every, names, strict=True) if name in wanted)


def _what_there_is(pattern: str, names: Sequence[str]) -> str:
    """Say which name is near, else which benches a track has that is there, else which tracks there are."""
    benches: dict[str, list[str]] = {}
    for name in names:
        track, _, bench = name.partition("/")
        benches.setdefault(track, []).append(bench)
    track, _, bench = pattern.partition("/")
    known = track if track in benches else next(iter(get_close_matches(track, benches, n=1, cutoff=0.75)), None)
    if known is None:
        return f"the tracks are {', '.join(benches)}"
    near = get_close_matches(bench, benches[known], n=1, cutoff=0.75)
    if near or known != track:
        return f"did you mean {'/'.join([known, *near])}?"
    return f"{known} has {', '.join(benches[known])}"


def _matching(pattern: str, names: Sequence[str]) -> list[str]:
    whole = pattern if "/" in pattern else f"{pattern}/*"
    found = [name for name in names if fnmatchcase(name, whole)]
    if not found:
        raise LookupError(f"{pattern!r} is no track and no track/bench; {_what_there_is(pattern, names)}")
    return found
