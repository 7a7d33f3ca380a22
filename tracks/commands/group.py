"""The group of commands that ``python -m tracks`` runs and ``edgelab tracks`` offers."""

from __future__ import annotations

from pathlib import Path

import click

from tracks.commands.listing import show_list
from tracks.commands.terminal import (
    CONTEXT,
    EXIT_CODES_HELP,
    CommandError,
    ExitCode,
    WholeNumber,
    plugins_running,
    show,
    show_json,
)
from tracks.loading.registry import load_registry

# What certifies is imported where it is needed: it loads scipy.stats, which takes longer than a list.

FOLDER_VARIABLE = "EDGELAB_TRACKS_DIR"
POINTS, QUICK_POINTS, MAX_POINTS = 512, 64, 65536

_folder = click.option(
    "--tracks-dir",
    "folder",
    metavar="DIR",
    envvar=FOLDER_VARIABLE,
    help=f"A folder of plugins, one *.py each; otherwise {FOLDER_VARIABLE}, if set.",
)
_json = click.option("--json", "as_json", is_flag=True, help="One JSON object, described in docs/hosting/commands.md.")


@click.group("tracks", epilog=EXIT_CODES_HELP, context_settings=CONTEXT)
def tracks() -> None:
    """Look after tracks and benches: list them, certify them, tune one, begin one."""


@tracks.command("list", epilog=EXIT_CODES_HELP)
@_folder
@_json
def list_command(folder: str | None, as_json: bool) -> ExitCode:
    """Say what was found, from where, with what result."""
    with plugins_running():
        registry = load_registry(folder=folder)
    return show_list(registry.found, as_json=as_json)


@tracks.command("check", epilog=EXIT_CODES_HELP)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@_folder
@click.option(
    "--points",
    type=WholeNumber(1, MAX_POINTS),
    default=POINTS,
    show_default=True,
    help="Sobol points of each decision space.",
)
@click.option("--quick", is_flag=True, help=f"{QUICK_POINTS} points, for a first look.")
@_json
def check_command(targets: tuple[str, ...], folder: str | None, points: int, quick: bool, as_json: bool) -> ExitCode:
    """Certify every bench, or those of some TARGETs.

    A TARGET is a file of a plugin, a track, or track/bench; * stands for anything.
    """
    from tracks.commands.checking import check

    return check(targets, folder, QUICK_POINTS if quick else points, as_json=as_json)


@tracks.command("tune", epilog=EXIT_CODES_HELP)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--minutes", type=click.FloatRange(0.1, 600), default=10, show_default=True, help="When to stop at the latest."
)
@click.option(
    "--points",
    type=WholeNumber(1, MAX_POINTS),
    default=POINTS,
    show_default=True,
    help="Sobol points that confirm what was found with 64.",
)
@click.option(
    "--jobs",
    type=WholeNumber(0, 64),
    default=2,
    show_default=True,
    help="Processes; 0: the command's own, as a debugger needs it.",
)
@click.option("--bench", "benches", multiple=True, metavar="BENCH", help="Only this one; may be given several times.")
@click.option(
    "--maps", type=click.Path(path_type=Path), metavar="DIR", help="Write pictures of where the track's crisis is won."
)
@_json
def tune_command(
    file: Path, minutes: float, points: int, jobs: int, benches: tuple[str, ...], maps: Path | None, as_json: bool
) -> ExitCode:
    """Search the free constants of FILE until every bench holds, and print the smallest change as a diff.

    Free is what is written as sourced(number, "assumed: ..."), the seed, constants of the module with a comment
    "# assumed: ...", and where sliders start. What has another source is never moved, and less is never asked for: a
    target that would have to give way is offered beside the diff. The file itself is not changed.
    """
    from tracks.commands.checking import check_is_python
    from tracks.commands.tuning import tune

    check_is_python(file)
    return tune(file, minutes=minutes, points=points, jobs=jobs, only=benches, maps=maps, as_json=as_json)


@tracks.command("new", epilog=EXIT_CODES_HELP)
@click.argument("name")
@_folder
@click.option("--package", is_flag=True, help="A folder that pip installs: project, entry point, test and CI.")
@click.option("--without-crisis", is_flag=True, help="The track alone; its mission is the course's benches.")
@_json
@click.pass_context
def new_command(
    context: click.Context, name: str, folder: str | None, package: bool, without_crisis: bool, as_json: bool
) -> ExitCode:
    """Write a whole track to start from, in one file.

    NAME is its id: lower-case words joined by underscores, like harbour_crane.
    """
    from tracks.certify.template_files import write_package, write_plugin

    if package and without_crisis:
        raise CommandError("--package writes a track with its crisis; leave --without-crisis out", ExitCode.USAGE)
    try:
        if name in load_registry().tracks:
            raise CommandError(f"'{name}' is a track of the lab already; choose another name", ExitCode.USAGE)
        where = Path(folder or ".")
        path = write_package(name, where) if package else write_plugin(name, where, crisis=not without_crisis)
    except (ValueError, OSError) as problem:
        raise CommandError(str(problem), ExitCode.USAGE) from None
    file = path / f"{name}.py" if package else path
    if as_json:
        show_json({"wrote": str(path), "file": str(file), "track": name})
        return ExitCode.OK
    above = context.parent.command_path if context.parent else "edgelab tracks"
    show(f"Wrote {path}. Check it with: {above} check {file}")
    return ExitCode.OK
