"""``tune``: free constants are searched until every bench of a file holds; the change is printed, never made."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from tracks.certify.survey import Survey
from tracks.certify.tuning.found import Progress as Step
from tracks.certify.tuning.found import Tuned
from tracks.certify.tuning.grading import Grade, loaded
from tracks.certify.tuning.knobs import diff, edited
from tracks.certify.tuning.maps import explained, pairs_of_controls, picture
from tracks.certify.tuning.search import SEARCHED, Search
from tracks.commands.terminal import (
    CommandError,
    ExitCode,
    plugins_running,
    printable,
    progress_console,
    show,
    show_json,
)

ROOM_BYTES = 10**9  # of results that are kept while a search runs
_Say = Callable[[Step], None]


def tune(
    file: Path,
    *,
    minutes: float,
    points: int,
    jobs: int,
    only: tuple[str, ...],
    maps: Path | None = None,
    as_json: bool = False,
) -> ExitCode:
    """Search the free constants of a file and print the smallest change with which its benches hold.

    Args:
        minutes: when the search stops at the latest. points: of the confirmation. jobs: processes; 0: this one.
        only: ids of benches; none: all. maps: a folder for pictures of where the track's crisis is won.

    Raises:
        CommandError: the file cannot be read or does not load, or has no constant that may be moved.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(f"{file} cannot be read: {problem}", ExitCode.USAGE) from None
    with tempfile.TemporaryDirectory(prefix="edgelab-tune-") as folder, _progress() as say:
        try:
            search = Search(
                file, text, folder=Path(folder), max_bytes=ROOM_BYTES, seconds=60 * minutes, confirmed=points,
                jobs=jobs, only=only, say=say,
            )  # fmt: skip
        except SyntaxError as problem:
            raise CommandError(f"{file}, line {problem.lineno}: {problem.msg}", ExitCode.USAGE) from None
        if not search.free:
            raise CommandError(
                f"{file} has no constant that may be moved; write sourced(value, 'assumed: why')", ExitCode.USAGE
            )
        tuned = search.run()
    if tuned.reason:
        raise CommandError(f"{file} is left out: {tuned.reason}", ExitCode.FAILED)
    changed = {name: value for name, value in tuned.values.items() if name not in tuned.offers}
    change = diff(file.name, text, edited(text, tuned.free, changed))
    reached = tuned.holds and tuned.confirmed and not tuned.offers
    told, drawn = _of_the_crisis(file, edited(text, tuned.free, tuned.values, say=False), maps)
    if as_json:
        answer = _answer(file, tuned, changed, change, points, holds=reached)
        show_json({**answer, "crisis": told, "maps": drawn})
    else:
        _print(tuned, change, points)
        show(Text("\n".join(map(printable, ["", *told, *(f"Wrote {name}" for name in drawn)]))) if told else "")
    return ExitCode.OK if reached else ExitCode.FAILED


def _of_the_crisis(file: Path, text: str, maps: Path | None) -> tuple[list[str], list[str]]:
    """Return what is told of a track's own crisis, where it is won and why not elsewhere, and the pictures written."""
    with plugins_running():
        told: list[str] = []
        drawn: list[str] = []
        for name, (track, _) in loaded(file, text).missions.items():
            if track.crisis is None:
                continue
            survey = Survey(track, track.crisis, points=SEARCHED)
            told += [f"{name}/{track.crisis.id}: {sentence}" for sentence in explained(survey)]
            if maps is not None:
                drawn += _drawn(survey, maps)
    return told, drawn


def _drawn(survey: Survey, maps: Path) -> list[str]:
    """Write a picture of every two controls, around the state where the greedy path ends."""
    written = []
    try:
        maps.mkdir(parents=True, exist_ok=True)
        for across, up in pairs_of_controls(survey):
            path = maps / f"{survey.track.id}_{across.id}_{up.id}.svg"
            path.write_text(picture(survey, across, up, survey.path[-1]), encoding="utf-8")
            written.append(str(path))
    except OSError as problem:
        raise CommandError(f"the pictures cannot be written to {maps}: {problem.strerror}", ExitCode.USAGE) from None
    return written


@contextmanager
def _progress() -> Iterator[_Say]:
    """Show one line on a terminal: what is done, how far, and how long it may take at most."""
    console = progress_console()
    columns = (TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("")

        def say(step: Step) -> None:
            left = f"{step.left_s / 60:.0f} min left at most"
            shown.update(task, description=f"{step.doing}: {step.done} of {step.of}, {left}")

        yield say


def _print(tuned: Tuned, change: str, points: int) -> None:
    before = [f"before, {name}: {_verdict(grade)}" for name, grade in tuned.before.items()]
    after = [f"after, {name}: {_verdict(grade)}" for name, grade in tuned.after.items() if tuned.values]
    show(Text("\n".join(map(printable, before))))
    if change:
        show("", Text(printable(change)))
    if tuned.offers:
        by_name = {knob.name: knob for knob in tuned.free}
        show("Only you can judge whether less may be asked for. With these as well it would go further:")
        for name, value in tuned.offers.items():
            knob = by_name[name]
            show(Text(printable(f"  line {knob.line}, {name}: {knob.text} -> {knob.written(value)}")))
    if after:
        show(Text("\n".join(map(printable, after))))
    show(_ending(tuned, points))


def _ending(tuned: Tuned, points: int) -> str:
    took = f"{tuned.seconds:.0f} s"
    if tuned.holds and tuned.confirmed and not tuned.values:
        return f"Every bench that a constant moves holds already, confirmed with {points} points ({took})."
    with_offers = " with what is offered" if tuned.offers else ""
    if tuned.holds and tuned.confirmed:
        return (
            f"Every bench holds{with_offers}, confirmed with {points} points where the change moves it ({took}). "
            "Nothing was written."
        )
    why = "The time is up" if tuned.out_of_time else "Nothing better was found"
    if not tuned.after and not tuned.unseen:
        return f"{why} ({took}): no bench was certified."
    if tuned.holds:
        return f"{why} ({took}): every bench holds{with_offers} with {SEARCHED} points, which is not confirmed."
    left = sum(len(grade.failing) for grade in tuned.after.values())
    if not left and tuned.unseen:
        return f"{why} ({took}): no line fails where it was looked. Not certified: {', '.join(tuned.unseen)}."
    unseen = f", and not certified yet: {', '.join(tuned.unseen)}" if tuned.unseen else ""
    lines = "1 line still fails" if left == 1 else f"{left} lines still fail"
    return f"{why} ({took}): {lines}{unseen}. Nothing was written."


def _verdict(grade: Grade) -> str:
    one = grade.certificate
    share = "" if one is None or one.win_share is None else f", {100 * one.win_share:.1f}% wins"
    points = "" if one is None else f" ({one.points} points{share})"
    if grade.holds:
        return f"holds{points}"
    if one is None:
        return "not certified"
    lines = [f"\n  FAIL {item.check}: {item.text}" for item in one.findings if not item.stands]
    return f"does not hold{points}{''.join(lines)}"


def _answer(
    file: Path, tuned: Tuned, changed: Mapping[str, float], change: str, points: int, *, holds: bool
) -> dict[str, Any]:
    by_name = {knob.name: knob for knob in tuned.free}

    def told(values: Mapping[str, float]) -> list[dict[str, Any]]:
        return [
            {"name": name, "line": by_name[name].line, "from": by_name[name].value, "to": value}
            for name, value in values.items()
        ]

    def graded(grades: Mapping[str, Grade]) -> dict[str, Any]:
        return {
            name: {
                "holds": grade.holds,
                "failing": list(grade.failing),
                "points": grade.certificate.points if grade.certificate else None,
                "win_share": grade.certificate.win_share if grade.certificate else None,
            }
            for name, grade in grades.items()
        }

    return {
        "holds": holds,
        "file": str(file),
        "confirmed_points": points if tuned.confirmed else None,
        "changes": told(changed),
        "offers": told(tuned.offers),
        "diff": change,
        "before": graded(tuned.before),
        "after": graded(tuned.after),
        "unseen": list(tuned.unseen),
        "out_of_time": tuned.out_of_time,
        "seconds": round(tuned.seconds, 1),
    }
