"""The course that the lab stands in: its file as it is, and what it uses of the tracks that are found."""

from __future__ import annotations

from pathlib import Path

from tracks.commands.terminal import CommandError, ExitCode, plugins_running, printable, show
from tracks.loading.course import Course, CourseError
from tracks.loading.registry import load_registry


def show_course(course: Course) -> ExitCode:
    """Print the file of a course as it stands there."""
    show(printable(Path(course.origin).read_text(encoding="utf-8-sig").rstrip("\n")))
    return ExitCode.OK


def check_course(course: Course, folder: Path | None) -> ExitCode:
    """Say what a course uses of every track.

    Raises:
        CommandError: it names what is not there.
    """
    with plugins_running():
        registry = load_registry(folder=folder)
    try:
        used = course.used(registry)
    except CourseError as problem:
        raise CommandError(str(problem), ExitCode.USAGE) from None
    show(printable(f"{course.name} ({course.origin})"))
    for track in used.tracks.values():
        left_out = [name for name in registry.missions[track.id] if name not in used.missions[track.id]]
        rest = f"; without {', '.join(left_out)}" if left_out else ""
        show(printable(f"{track.id}: {', '.join(used.missions[track.id])}{rest}"))
    for name in registry.tracks:
        if name not in used.tracks:
            show(printable(f"{name}: left out"))
    return ExitCode.OK
