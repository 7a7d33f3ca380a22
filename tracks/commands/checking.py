"""Certificates of what was asked for: files of plugins, tracks, and benches of tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.text import Text

from tracks.api.bench import Bench
from tracks.api.track import Track
from tracks.certify.certificate import Certificate, certify, pairs
from tracks.certify.report import report
from tracks.certify.template_files import pairs_of, plugin_alone
from tracks.commands.listing import plugin_json, table
from tracks.commands.terminal import CommandError, ExitCode, plugins_running, printable, show, show_json, worked
from tracks.loading.registry import PluginRecord, Registry, load_registry

_Wanted = tuple[Track, Bench, tuple[Bench, ...]]  # a bench with all of its track


def check(targets: Sequence[str], folder: str | None, points: int, *, as_json: bool) -> ExitCode:
    """Print the certificate of every bench asked for; one that was left out counts as failed.

    Raises:
        CommandError: a target is no file of a plugin, no track and no bench of one.
    """
    files = [Path(target) for target in targets if target.endswith(".py") or _is_file(Path(target))]
    patterns = [target for target in targets if Path(target) not in files]
    for file in files:
        check_is_python(file)
    wanted: list[_Wanted] = []
    left_out: list[PluginRecord] = []
    for file in files:
        with plugins_running(), plugin_alone(file) as (registry, found):
            if found.reason:
                left_out.append(found)
            elif names := pairs_of(registry, found):
                wanted += _with_missions(registry, names)
    if patterns or not files:
        with plugins_running():
            registry = load_registry(folder=folder)
        left_out += [found for found in registry.found if found.reason]
        try:
            wanted += _with_missions(registry, patterns)
        except LookupError as problem:
            raise CommandError(f"{problem.args[0]}{_folder_hint(patterns)}", ExitCode.USAGE) from None
    certificates = _certificates(wanted, left_out, points, quiet=as_json)
    holds = not left_out and all(certificate.holds for certificate in certificates)
    if as_json:
        show_json(
            {
                "holds": holds,
                "certificates": [_certificate_json(certificate) for certificate in certificates],
                "left_out": [plugin_json(found) for found in left_out],
            }
        )
    else:
        counted = f"{len(certificates)} certificate{'' if len(certificates) == 1 else 's'}"
        kept = all(certificate.holds for certificate in certificates)
        show(f"{counted}: {'all hold' if kept else 'not all hold'}")
    return ExitCode.OK if holds else ExitCode.FAILED


def _with_missions(registry: Registry, patterns: Sequence[str]) -> list[_Wanted]:
    return [(track, bench, tuple(registry.benches(track.id))) for track, bench in pairs(registry, patterns)]


def _certificates(
    wanted: Sequence[_Wanted], left_out: Sequence[PluginRecord], points: int, *, quiet: bool
) -> list[Certificate]:
    """Certify one pair after the other; each report is printed as soon as it is there, unless ``quiet``."""
    if left_out and not quiet:
        show(table(left_out), "")
    done = []
    for certificate in worked(
        wanted,
        lambda one: certify(*one[:2], points=points, draw=True, benches=one[2], advise=True),
        name=lambda one: f"{one[0].id}/{one[1].id}",
    ):
        done.append(certificate)
        if not quiet:
            show(Text(printable(report(certificate))), "")
    return done


def _certificate_json(certificate: Certificate) -> dict[str, Any]:
    """Return one certificate as ``--json`` writes it: its fields, whether it holds, and its findings as objects."""
    return {"holds": certificate.holds, **asdict(certificate)}


# --- targets ---------------------------------------------------------------------------------------------------------


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False


def check_is_python(path: Path) -> None:
    """Refuse what is no file of Python.

    Raises:
        CommandError: it says why not.
    """
    if path.suffix != ".py":
        raise CommandError(f"{path} is no Python file; the name of a plugin's file ends in .py", ExitCode.USAGE)
    try:
        there = path.exists()
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}", ExitCode.USAGE) from None
    if not there:
        raise CommandError(f"{path} does not exist; correct its path", ExitCode.USAGE)


def _folder_hint(patterns: Sequence[str]) -> str:
    folder = next((pattern for pattern in patterns if Path(pattern).is_dir()), None)
    return f". {folder} is a folder: name it with --tracks-dir {folder}" if folder else ""
