"""What a certificate does not ask, and a page needs: a track's own tests, each with a name, for ``tracks.testing``.

They are those with which the lab looks at a plugin when it loads it, and some that need the author's own process.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence

from tracks.api.bench import Bench
from tracks.api.checks import SpecError
from tracks.api.track import Track
from tracks.certify.carried import CARRIED
from tracks.certify.certificate import CHECKS, Case, Check, applicable
from tracks.certify.goals import Finding, finding
from tracks.certify.survey import Survey
from tracks.loading.closely import LOOKS
from tracks.loading.discovery import PluginFailed, PluginRefused, error_text
from tracks.loading.isolation.changes import Picture, changed
from tracks.loading.isolation.packing import NotPlain, pack


def answers_travel(bench: Bench, track: Track) -> None:
    """What solve returns can leave the process in which the lab runs it: numbers, texts and classes of the API."""
    pack(bench.solve(track, seed=0, **bench.defaults()))


def nothing_is_printed(bench: Bench, track: Track) -> None:
    """Solve prints nothing, which no student would see."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        bench.solve(track, seed=0, **bench.defaults())
    if text := printed.getvalue().strip():
        raise SpecError(f"solve prints {text!r:.80}; return a Reading, or take it out")


def all_else_stays(bench: Bench, track: Track) -> None:
    """Solve changes neither the track nor the process: environment, modules, random numbers, threads."""
    before = Picture([track])
    bench.solve(track, seed=0, **bench.defaults())
    if found := changed(before):
        raise SpecError(f"solve changes {found}; let it change nothing but its own variables")


def _as_check(look: Callable[[Bench, Track], None]) -> Check:
    said = " ".join((look.__doc__ or "").split())

    def check(survey: Survey) -> Finding:
        try:
            look(survey.bench, survey.track)
        except (PluginFailed, PluginRefused, SpecError, NotPlain) as problem:
            return finding(look.__name__, False, str(problem))
        except Exception as problem:  # an author's function may raise anything
            return finding(look.__name__, False, error_text(problem))
        return finding(look.__name__, True, said)

    check.__name__, check.__doc__ = look.__name__, said
    return check


CONFORMANCE: tuple[Check, ...] = tuple(map(_as_check, (*LOOKS, answers_travel, nothing_is_printed, all_else_stays)))


def conformance_cases(
    pairs: Sequence[tuple[Track, Bench]], *, points: int = 64, seed: int = 0
) -> tuple[tuple[Case, str], ...]:
    """Return every check of every bench, a certificate's and the page's, with why the bench says that it fails, or "".

    Raises:
        LookupError: a bench expects the failure of a check that there is not.
    """
    known = [check.__name__ for check in (*CHECKS, *CARRIED, *CONFORMANCE)]
    found = []
    for track, bench in pairs:
        survey = Survey(track, bench, points=points, seed=seed)
        for name in survey.bench.expected_failures:
            if name not in known:
                raise LookupError(
                    f"Bench '{bench.id}': expected_failures names '{name}', which is no check; there are "
                    f"{', '.join(known)}"
                )
        for check in (*applicable(survey), *CONFORMANCE):
            found.append(
                (
                    Case(check=check, survey=survey, is_strict=True),
                    survey.bench.expected_failures.get(check.__name__, ""),
                )
            )
    return tuple(found)
