"""What all commands share: exit codes, the two streams they write to, and an end without a traceback."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from datetime import datetime
from enum import IntEnum
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

JSON_FORMAT = 1  # of --json; a field may be added to it, none changes its meaning or goes
UNWRAPPED = 100_000  # columns of what is no terminal: a line of a pipe or a file is never broken

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

CONTEXT: Mapping[str, Any] = {"help_option_names": ["-h", "--help"]}


class ExitCode(IntEnum):
    """What a command answers to the shell."""

    OK = 0
    FAILED = 1
    USAGE = 2
    DATABASE = 3
    ADDRESS = 4
    INTERRUPTED = 130
    OUTPUT_CLOSED = 141


MEANINGS: Mapping[ExitCode, str] = {
    ExitCode.OK: "all is well",
    ExitCode.FAILED: (
        "a plugin was left out, a certificate does not hold, a file is not genuine, the ledger is not up to date or "
        "does not hold, or no results can be kept in the folder for them"
    ),
    ExitCode.USAGE: "an argument, a file or a setting cannot work",
    ExitCode.DATABASE: "the ledger's database does not answer or cannot be used",
    ExitCode.ADDRESS: "the port is taken or may not be opened, or the address is not one of this machine",
    ExitCode.INTERRUPTED: "stopped with Ctrl+C",
    ExitCode.OUTPUT_CLOSED: "what reads the output has stopped reading",
}
EXIT_CODES_HELP = "\b\nExit codes:\n" + "\n".join(f"  {code:3}  {text}" for code, text in MEANINGS.items())


class CommandError(Exception):
    """Why a command cannot do what was asked, in one sentence, and its exit code."""

    def __init__(self, sentence: str, code: ExitCode) -> None:
        super().__init__(sentence)
        self.code = code


class WholeNumber(click.IntRange):
    """A whole number between two ends."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or say which there are."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            return self.fail(f"{value!r} must be a whole number, {self.min} to {self.max}", param, ctx)


class Day(click.DateTime):
    """A day, written like 2026-09-30."""

    name = "day"

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the beginning of the day, or say how one is written."""
        try:
            day: datetime = super().convert(value, param, ctx)
        except click.BadParameter:
            return self.fail(f"{value!r} is no day; write it like 2026-09-30", param, ctx)
        return day


def run(command: click.Command, arguments: Sequence[str] | None, *, program: str) -> int:
    """Run a command and return its exit code; what goes wrong is one sentence on standard error.

    Args:
        arguments: without the program's name; None: those of this process.
        program: as its user calls it, for the help.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without × shows \xd7
            stream.reconfigure(errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with command.make_context(program, given) as context:
            code = int(command.invoke(context) or ExitCode.OK)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except click.exceptions.Exit as leaving:  # after --help and --version
        return leaving.exit_code
    except CommandError as problem:
        click.echo(f"edgelab: {printable(str(problem))}", err=True)
        return problem.code
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("edgelab: stopped", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Python flushes at its end once more, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return ExitCode.OUTPUT_CLOSED


def version() -> str:
    """Return the version of the installed distribution; setup.cfg is the only place it is written."""
    try:
        return installed_version("edgelab")
    except PackageNotFoundError:
        return "not installed"


# --- output ----------------------------------------------------------------------------------------------------------


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Leave the exception to ``run``; rich itself would exit with 1."""
        raise BrokenPipeError


def _console(*, stderr: bool = False) -> Console:
    """Return a console that prints texts as they are: no markup, no emoji names, no guesses at what a word is."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream is not None and stream.isatty() else UNWRAPPED
    return _Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)


def progress_console() -> Console:
    """Return the console of what is shown while a command works: standard error."""
    return _console(stderr=True)


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise CommandError(f"the output cannot be written: {problem.strerror}", ExitCode.FAILED) from None


def show(*parts: RenderableType) -> None:
    """Print texts and tables to standard output, a line each."""
    console = _console()
    with _writing():
        for part in parts:
            console.print(part)


def show_json(answer: Mapping[str, Any]) -> None:
    """Print an answer as JSON, in ASCII, with the number of its format and the version of edgelab first."""
    text = json.dumps({"format": JSON_FORMAT, "edgelab": version(), **answer}, indent=2, allow_nan=False)
    with _writing():
        click.echo(text)


@contextmanager
def plugins_running() -> Iterator[None]:
    """What plugins print while they run goes to standard error: standard output holds the command's answer alone."""
    with redirect_stdout(sys.stderr):
        yield


def printable(text: str) -> str:
    """Return a text in which nothing steers a terminal: a file may be called after an escape sequence.

    >>> printable("crane\\x1b[31m.py")
    'crane\\\\x1b[31m.py'
    """
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


def worked(
    items: Sequence[_Item], work: Callable[[_Item], _Result], *, name: Callable[[_Item], str]
) -> Iterator[_Result]:
    """Yield the result of each item's work; meanwhile a bar with its name stands on standard error, if a terminal.

    The bar is gone whenever a result is yielded, so that what is printed then does not run into it.
    """
    shown = sys.stderr is not None and sys.stderr.isatty()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=_console(stderr=True), transient=True, disable=not shown)
    task = progress.add_task("", total=len(items))
    for item in items:
        progress.update(task, description=printable(name(item)))
        with progress, plugins_running():
            result = work(item)
        progress.advance(task)
        yield result
