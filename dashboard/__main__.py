"""The command ``edgelab``, also ``python -m dashboard``: start the lab, look after its ledger and its tracks."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.hosting.addresses import address_errors, check_address
from dashboard.hosting.database import database
from dashboard.hosting.sentences import in_sentences
from tracks.commands.group import tracks
from tracks.commands.terminal import (
    CONTEXT,
    EXIT_CODES_HELP,
    CommandError,
    ExitCode,
    WholeNumber,
    run,
    show,
    version,
)

if TYPE_CHECKING:
    from dashboard.settings import Settings

# What only one of the commands needs is imported there: `edgelab tracks list` waits for no Dash.


class _Edgelab(click.Group):
    """Without a command's name the lab starts: ``edgelab --port 9000`` is ``edgelab run --port 9000``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``run`` before options that are not the group's own."""
        own = {"-h", "--help", "--version"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group("edgelab", cls=_Edgelab, epilog=EXIT_CODES_HELP, context_settings=CONTEXT)
@click.version_option(version(), prog_name="edgelab", message="%(prog)s %(version)s")
@click.pass_context
def edgelab(context: click.Context) -> None:
    """An interactive lab on edge intelligence. Without a command it starts, as with run."""
    if context.invoked_subcommand == tracks.name:
        _use_results()


edgelab.add_command(tracks)
edgelab.add_command(database)


def _use_results() -> None:
    """Load the tracks with what the lab has computed; settings that cannot work are another command's matter."""
    from dashboard.settings import SettingsError, results_of
    from tracks.common.cache import open_folder

    with suppress(SettingsError):
        open_folder(*results_of(os.environ))


# --- run -------------------------------------------------------------------------------------------------------------


@edgelab.command("run", epilog=EXIT_CODES_HELP)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=WholeNumber(1, 65535), default=8050, show_default=True, help="Port to listen on.")
@click.option("--tracks-dir", metavar="DIR", help="A folder of track files.")
def run_command(host: str, port: int, tracks_dir: str | None) -> ExitCode:
    """Start the lab on this computer and bring its ledger up to date."""
    from dashboard.ledger.migrations import upgrade
    from dashboard.settings import links_said, service_links

    if tracks_dir:
        os.environ["EDGELAB_TRACKS_DIR"] = tracks_dir
    if ignored := service_links(os.environ):
        click.echo(links_said(ignored), err=True)
    with in_sentences() as settings:
        upgrade(settings.database_url)
        return _serve(settings, host, port)


@tracks.command("preview", epilog=EXIT_CODES_HELP)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--port", type=WholeNumber(1, 65535), default=8050, show_default=True, help="Port to listen on.")
@click.pass_context
def preview_command(context: click.Context, file: str, port: int) -> ExitCode:
    """Start the lab with the folder of FILE and load it anew whenever it is saved.

    An open page follows by itself, at its address, with its locks and its sliders; an error stands above it until it is
    mended.
    """
    path = Path(file).resolve()
    if path.suffix != ".py" or path.name[0] in "_.":
        raise CommandError(f"{path.name} would not be found: name it something.py", ExitCode.USAGE)
    os.environ["EDGELAB_TRACKS_DIR"] = str(path.parent)
    os.environ["EDGELAB_PREVIEW"] = "on"
    show(f"{path.name} is loaded anew whenever it is saved; /designer has what was found.")
    found: ExitCode = context.invoke(run_command, host="127.0.0.1", port=port, tracks_dir=None)
    return found


def _serve(settings: Settings, host: str, port: int) -> ExitCode:
    import waitress

    from dashboard.app import LAB, served_app
    from dashboard.web.logs import set_up

    with address_errors(host, port):
        check_address(host, port)
    set_up(settings.log_format, are_requests_logged=settings.log_format == "json")
    first = "" if settings.results_dir.is_dir() else "; the first start computes what later ones find"
    show(f"edgelab starts, which takes some seconds{first}.")
    app = served_app(settings)
    if settings.preview:
        from dashboard.hosting import preview

        preview.install(app, app.server.extensions[LAB])
    shown = f"[{host}]" if ":" in host else host
    with address_errors(host, port):
        server = waitress.create_server(app.server, host=host, port=port, threads=8, ident="edgelab")
    show(f"edgelab is open on http://{shown}:{port}{settings.url_prefix}  (stop with Ctrl+C)")
    server.run()
    return ExitCode.OK


@edgelab.command("serve", epilog=EXIT_CODES_HELP)
@click.option("--bind", metavar="ADDRESS", help="host:port or unix:/path; in place of EDGELAB_BIND.")
@click.option("--workers", type=WholeNumber(1, 256), help="Processes, one a core; in place of WEB_CONCURRENCY.")
@click.option("--tracks-dir", metavar="DIR", help="A folder of track files.")
def serve_command(bind: str | None, workers: int | None, tracks_dir: str | None) -> ExitCode:
    """Serve a class, by gunicorn's workers behind a proxy; bring the ledger up to date before.

    It listens to this machine alone unless told otherwise. An address that other machines reach requires a proxy in
    front that buffers, nginx for example.
    """
    from dashboard.hosting.serving import serve

    given = {"EDGELAB_BIND": bind, "WEB_CONCURRENCY": workers, "EDGELAB_TRACKS_DIR": tracks_dir}
    os.environ.update({name: str(value) for name, value in given.items() if value is not None})
    serve()


# --- worker ----------------------------------------------------------------------------------------------------------


@edgelab.command("worker", epilog=EXIT_CODES_HELP)
@click.option("--jobs", type=WholeNumber(1, 256), default=2, show_default=True, help="Second opinions at a time.")
@click.option("--tracks-dir", metavar="DIR", help="A folder of track files.")
def worker_command(jobs: int, tracks_dir: str | None) -> ExitCode:
    """Compute second opinions that any host was asked for, until it is stopped; needs EDGELAB_BROKER_URL.

    It needs the settings of the hosts, their key and track files included, and no database.
    """
    from dashboard.hosting.working import work

    if tracks_dir:
        os.environ["EDGELAB_TRACKS_DIR"] = tracks_dir
    with in_sentences(behind_gunicorn=True) as settings:
        return work(settings, jobs)


# --- config ----------------------------------------------------------------------------------------------------------


@edgelab.command("config", epilog=EXIT_CODES_HELP)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, described in docs/hosting/commands.md.")
def config_command(as_json: bool) -> ExitCode:
    """Show every setting, its value and where it comes from; keys and passwords stay hidden.

    A setting that cannot work is shown with its sentence, and the others all the same.
    """
    from dashboard.hosting.config import show_config

    return show_config(as_json=as_json)


# --- verify ----------------------------------------------------------------------------------------------------------


@edgelab.command("verify", epilog=EXIT_CODES_HELP)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, described in docs/hosting/commands.md.")
def verify_command(files: tuple[str, ...], as_json: bool) -> ExitCode:
    """Say whether files that were handed in are what this server signed.

    A FILE is the JSON or the HTML of a ledger. The keys are those of EDGELAB_SECRET_KEY, or of the data directory.
    """
    from dashboard.ledger.exports.command import verify_files

    with in_sentences() as settings:
        return verify_files(files, settings.secret_keys, as_json=as_json)


# --- cache -----------------------------------------------------------------------------------------------------------


@edgelab.group("cache", epilog=EXIT_CODES_HELP)
def cache() -> None:
    """The results that are computed once for a host, in EDGELAB_CACHE_DIR."""


@cache.command("warm", epilog=EXIT_CODES_HELP)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option(
    "--places",
    type=WholeNumber(2, 101),
    default=11,
    show_default=True,
    help="Positions of a slider in a sweep of it alone.",
)
@click.option(
    "--pairs",
    type=click.Choice(["0", *map(str, range(2, 12))]),
    default="3",
    show_default=True,
    help="Positions of each of two sliders together; 0 for no pairs.",
)
@click.option("--jobs", type=WholeNumber(1, 256), help="Processes; one a core unless given.")
@click.option(
    "--scheduler", default="", metavar="ADDRESS", help="Of a Dask cluster that computes instead: tcp://host:8786."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, described in docs/hosting/commands.md.")
def warm_command(
    targets: tuple[str, ...], places: int, pairs: str, jobs: int | None, scheduler: str, as_json: bool
) -> ExitCode:
    """Compute ahead what a class will ask for: sweeps of one and of two controls around every start state.

    TARGET is a track or a bench of one (edge_guardian, edge_guardian/privacy); without any, every bench of clients'
    runs is swept.
    """
    from tracks.commands.warming import warm
    from tracks.common.cache import signing_keys

    with in_sentences() as settings:
        return warm(
            settings.results_dir,
            settings.results_bytes,
            settings.tracks_dir,
            targets,
            places=places,
            pairs=int(pairs),
            jobs=jobs or os.cpu_count() or 1,
            as_json=as_json,
            scheduler=scheduler,
            shared=(settings.cache_store, signing_keys(settings.secret_keys, "results")),
        )


@cache.command("show", epilog=EXIT_CODES_HELP)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, described in docs/hosting/commands.md.")
def show_command(as_json: bool) -> ExitCode:
    """Say how many results are kept, how large they are, and where."""
    from tracks.commands.keeping import show_results

    with in_sentences() as settings:
        return show_results(settings.results_dir, settings.results_bytes, as_json=as_json)


@cache.command("clear", epilog=EXIT_CODES_HELP)
def clear_command() -> ExitCode:
    """Forget every result; they are computed anew, and the lab may run meanwhile."""
    from tracks.commands.keeping import clear_results

    with in_sentences() as settings:
        return clear_results(settings.results_dir)


# --- course ----------------------------------------------------------------------------------------------------------


@edgelab.group("course", epilog=EXIT_CODES_HELP)
def course() -> None:
    """The course that the lab stands in, of EDGELAB_COURSE: what it is called, asks and uses."""


@course.command("show", epilog=EXIT_CODES_HELP)
def show_course_command() -> ExitCode:
    """Print the file that describes the course, to be edited: edgelab course show > course.toml."""
    from tracks.commands.describing import show_course

    with in_sentences() as settings:
        return show_course(settings.course)


@course.command("check", epilog=EXIT_CODES_HELP)
@click.argument("file", required=False, metavar="[FILE]")
def check_course_command(file: str | None) -> ExitCode:
    """Say whether FILE describes a course that this lab can show, and what it uses; without one, that of the lab."""
    from tracks.commands.describing import check_course

    if file is not None:
        os.environ["EDGELAB_COURSE"] = file
    with in_sentences() as settings:
        return check_course(settings.course, settings.tracks_dir)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return run(edgelab, arguments, program="edgelab")


if __name__ == "__main__":
    sys.exit(main())
