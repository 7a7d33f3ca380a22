"""The settings as they stand: as a table and as JSON."""

from __future__ import annotations

import os
from dataclasses import asdict, replace

from rich.table import Table
from rich.text import Text

from dashboard.settings import course_refusal, links_said
from dashboard.settings.description import Description, Setting, describe
from dashboard.settings.reading import course, tracks_dir
from tracks.commands.terminal import ExitCode, plugins_running, printable, show, show_json
from tracks.loading.course import CourseError
from tracks.loading.registry import load_registry


def show_config(*, as_json: bool) -> ExitCode:
    """Print every setting; the exit code says whether the lab would start with them."""
    found = describe(os.environ)
    if found.works:
        found = _with_course_checked(found)
    if as_json:
        settings = [{**asdict(each), "problem": each.problem or None} for each in found.settings]
        show_json({"works": found.works, "settings": settings, "ignored": list(found.ignored)})
    else:
        _show_table(found)
    return ExitCode.OK if found.works else ExitCode.USAGE


def _with_course_checked(found: Description) -> Description:
    """Return the description with what the course names looked up, which needs the tracks loaded."""
    chosen = course(os.environ)
    if all(ids is None for ids in (chosen.tracks, chosen.benches, chosen.cases, chosen.acts)):
        return found
    with plugins_running():
        registry = load_registry(folder=tracks_dir(os.environ))
    try:
        chosen.used(registry)
    except CourseError as problem:
        sentence = course_refusal(problem)
        return replace(found, settings=tuple(_refused(each, sentence) for each in found.settings))
    return found


def _refused(setting: Setting, sentence: str) -> Setting:
    """Return a setting with the sentence if it begins with its name."""
    is_it = sentence.startswith((f"{setting.name}:", f"{setting.name} "))
    return replace(setting, value=None, problem=sentence) if is_it else setting


def _show_table(found: Description) -> None:
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("SETTING", "VALUE", "FROM"):
        grid.add_column(name, overflow="fold")
    for each in found.settings:
        value = Text("cannot work", style="bold red") if each.problem else Text(printable(each.value or "not known"))
        grid.add_row(Text(printable(each.name)), value, each.source)
    show(grid, *(Text(f"\n{printable(each.problem)}") for each in found.settings if each.problem))
    if found.ignored:
        show("", printable(links_said(found.ignored)))
