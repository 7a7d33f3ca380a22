"""Certificates of benches, for a plugin's own tests; ``tracks.certify.certificate`` shows how to use it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.certify.certificate import CHECKS, Case, Certificate, Check, Finding, cases, certify, checks, pairs
from tracks.certify.conformance import CONFORMANCE, conformance_cases

if TYPE_CHECKING:
    import pytest

__all__ = [
    "CHECKS",
    "CONFORMANCE",
    "Case",
    "Certificate",
    "Check",
    "Finding",
    "cases",
    "certify",
    "checks",
    "pairs",
    "parametrize_with_checks",
]


def parametrize_with_checks(
    tracks: Iterable[Track], *, benches: Iterable[Bench] = (), points: int = 64, seed: int = 0
) -> pytest.MarkDecorator:
    """Return a decorator that makes one test of each named check of each bench of some tracks.

    ::

        from my_track import TRACK
        from tracks.testing import parametrize_with_checks

        @parametrize_with_checks([TRACK])
        def test_my_track(check):
            check()

    The tests are called ``track/bench: check`` (``pytest -k figures``). A failure that a bench expects
    (``Bench.expected_failures``) is an expected one of pytest, with its reason; where the check passes, the test
    fails and so says that the reason can go.

    Parameters
    ----------
    tracks : Iterable[Track]
        Each is tested on its crisis and on every bench of the course.
    benches : Iterable[Bench]
        Benches of one's own: then those are tested on the tracks, and the course's are not.
    points, seed : int
        As of ``certify``.

    Returns
    -------
    pytest.MarkDecorator
        For a test function with one argument, ``check``, which it calls.

    Raises
    ------
    LookupError
        A bench expects the failure of a check that there is not; the sentence lists what there is.
    """
    import pytest

    from tracks.missions import edgelab_benches

    own = tuple(benches)
    of_track = [
        (track, bench)
        for track in tracks
        for bench in (*(own or edgelab_benches()), *(() if own or track.crisis is None else (track.crisis,)))
    ]
    parameters = [
        pytest.param(case, id=str(case), marks=[pytest.mark.xfail(reason=reason, strict=True)] if reason else [])
        for case, reason in conformance_cases(of_track, points=points, seed=seed)
    ]
    return pytest.mark.parametrize("check", parameters)
