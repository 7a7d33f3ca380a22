"""What a plugin changes in the process around it: a picture before, a picture after, and what differs, in words."""

from __future__ import annotations

import ast
import builtins
import contextlib
import decimal
import gc
import importlib
import locale
import logging
import multiprocessing
import os
import random
import re
import resource
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from tracks.api.track import Track
from tracks.loading.isolation.packing import pack

Name = tuple[str, str]  # what it is called, and what a line that changes it holds

_OWN = ("tracks", "physics", "dashboard")
_UNSTEADY = {
    "__abstractmethods__",
    "__annotations__",
    "__doc__",
    "__warningregistry__",
    "__builtins__",
    "__slotnames__",
    "_abc_impl",
}
_LIMITS = ("RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_STACK", "RLIMIT_CPU")
MOST_NAMED = 4


class Picture:
    """How this process is, as far as a plugin could change it for others.

    Args:
        tracks: those that it could reach.
    """

    def __init__(self, tracks: Sequence[Track] = ()) -> None:
        self._tracks = tracks
        self._state = _state(tracks)
        self._holders = _holders()

    def changes(self) -> list[Name]:
        """Return what is otherwise now."""
        now = _state(self._tracks)
        found = [name for name in {**self._state, **now} if self._state.get(name, _MISSING) != now.get(name, _MISSING)]
        return [*found, *(name for holder in self._holders for name in holder.changes())]


def changed(before: Picture, source: Path | None = None) -> str:
    """Return what differs as one text, with the lines of the file that seem to have done it; "" where nothing does."""
    keys = before.changes()
    if not keys:
        return ""
    text = source.read_text(encoding="utf-8", errors="replace") if source is not None and source.is_file() else ""
    name = source.name if source is not None else ""
    told = [f"{title}{_place(name, text, needle)}" for title, needle in keys]
    more = f" and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
    return ", ".join(told[:MOST_NAMED]) + more


def _place(name: str, text: str, needle: str) -> str:
    for number, line in enumerate(text.splitlines(), start=1):
        if re.search(rf"\b{re.escape(needle)}", line):
            return f" ({name}, line {number})"
    return ""


def import_libraries(source: Path) -> None:
    """Import what a file imports at its top, so that what libraries do at their import is not counted as the file's."""
    try:
        tree = ast.parse(source.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return  # the file's own import says so
    for node in tree.body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            own = source.parent / name.partition(".")[0]
            if not (own.with_suffix(".py").exists() or own.is_dir()):
                with contextlib.suppress(Exception, SystemExit):  # the file's own import says what is wrong
                    importlib.import_module(name)


# --- the parts of a picture ------------------------------------------------------------------------------------------


_MISSING = object()
_START_METHOD = multiprocessing.get_all_start_methods()[0]  # the usual one, which is chosen when it is first needed


def _state(tracks: Iterable[Track]) -> dict[Name, Any]:
    return {**_system(), **_python(), **_numbers(), **_tracks(tracks)}


def _system() -> dict[Name, Any]:
    mask = os.umask(0o022)
    os.umask(mask)
    found: dict[Name, Any] = {(f"the environment variable {name}", name): value for name, value in os.environ.items()}
    found |= {(f"the handler of {one.name}", one.name): signal.getsignal(one) for one in signal.Signals}
    found |= {(f"the thread {one.name!r}", "Thread"): one.ident for one in threading.enumerate()}
    for name in _LIMITS:
        found["the limits of the process", "setrlimit"] = (
            *found.get(("the limits of the process", "setrlimit"), ()),
            resource.getrlimit(getattr(resource, name)),
        )
    return found | {
        ("the working directory", "chdir"): _working_directory(),
        ("the mask of new files", "umask"): mask,
        ("a timer", "timer"): signal.getitimer(signal.ITIMER_REAL)[0] > 0,
        ("the priority", "nice"): os.nice(0),
        ("the time zone", "tzset"): time.tzname,
        ("the timeout of sockets", "setdefaulttimeout"): socket.getdefaulttimeout(),
        ("child processes", "rocess"): _children(),
    }


def _working_directory() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - the folder may be gone
    except OSError:
        return ""


def _children() -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return ""


def _python() -> dict[Name, Any]:
    root = logging.getLogger()
    found: dict[Name, Any] = {
        ("sys.path", "sys.path"): tuple(sys.path),
        ("sys.argv", "sys.argv"): tuple(sys.argv),
        ("how modules are found", "meta_path"): (*map(id, sys.meta_path), *map(id, sys.path_hooks)),
        ("the limit of recursion", "setrecursionlimit"): sys.getrecursionlimit(),
        ("the switching of threads", "setswitchinterval"): sys.getswitchinterval(),
        ("the trace function", "settrace"): sys.gettrace(),
        ("the profile function", "setprofile"): sys.getprofile(),
        ("threading.excepthook", "excepthook"): threading.excepthook,
        ("the warnings' filters", "warnings"): tuple(map(str, warnings.filters)),
        ("the locale", "setlocale"): locale.setlocale(locale.LC_ALL),
        ("the garbage collector", "gc"): (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count() > 0),
        ("logging", "logging"): (root.level, tuple(map(id, root.handlers)), logging.root.manager.disable),
        ("decimal's context", "decimal"): _decimal_context(),
        ("how processes start", "set_start_method"): multiprocessing.get_start_method(allow_none=True) or _START_METHOD,
    }
    for name in ("excepthook", "unraisablehook", "displayhook", "stdin", "stdout", "stderr"):
        found[f"sys.{name}", f"sys.{name}"] = id(getattr(sys, name, None))
    loops = sys.modules.get("asyncio.events")
    policy = getattr(loops, "_event_loop_policy", None)
    is_usual = policy is None or type(policy).__module__ == "asyncio.unix_events"  # made by whoever asks first
    found["asyncio's event loops", "asyncio"] = None if is_usual else id(policy)
    return found


def _decimal_context() -> tuple[Any, ...]:
    """What changes how numbers are computed: flags do not, which each computation sets."""
    used = decimal.getcontext()
    traps = tuple(trapped for _, trapped in sorted(used.traps.items(), key=lambda item: item[0].__name__))
    return (used.prec, used.rounding, used.Emin, used.Emax, used.capitals, used.clamp, traps)


def _numbers() -> dict[Name, Any]:
    kind, keys, place, *_ = np.random.get_state()  # noqa: NPY002 - the very state that is to stay
    return {
        ("numpy's error state", "err"): (tuple(np.geterr().items()), id(np.geterrcall())),
        ("how numpy prints", "set_printoptions"): repr(np.get_printoptions()),
        ("numpy's random numbers", "random"): (kind, np.asarray(keys).tobytes(), place),
        ("Python's random numbers", "random"): hash(random.getstate()),
    }


@dataclass(frozen=True, slots=True)
class _Holder:
    """A module, a class, or a list, dict or set in a module: what it held, by name or place."""

    title: str
    owner: Any
    held: dict[Any, Any]
    is_own: bool

    def changes(self) -> Iterator[Name]:
        """Yield what it holds otherwise now; of a module that is not ours, functions and classes alone."""
        now = _held(self.owner)
        for name, value in self.held.items():
            if now.get(name, _MISSING) is not value and name not in _UNSTEADY and (self.is_own or callable(value)):
                yield self._name(name)
        if self.is_own:
            for name in now.keys() - self.held.keys() - _UNSTEADY:
                if not isinstance(now[name], ModuleType):  # one that is imported later becomes an attribute
                    yield self._name(name)

    def _name(self, name: Any) -> Name:
        if isinstance(self.owner, (list, dict, set)):
            return self.title, self.title.rpartition(".")[2]
        needle = f"{self.owner.__name__}.{name}" if isinstance(self.owner, type) else str(name)
        return f"{self.title}.{name}", needle


def _held(owner: Any) -> dict[Any, Any]:
    if isinstance(owner, dict):
        return dict(owner)
    if isinstance(owner, list):
        return dict(enumerate(owner))
    if isinstance(owner, set):
        return dict.fromkeys(owner)
    return dict(vars(owner))


def _holders() -> list[_Holder]:
    """Return every module that is loaded, and of ours the classes and containers, too."""
    found: list[_Holder] = []
    for name, module in list(sys.modules.items()):
        if not isinstance(module, ModuleType) or name.startswith("edgelab_plugin"):
            continue
        is_own = name.partition(".")[0] in _OWN
        if not is_own and name not in _STEADY:
            continue
        held = _held(module)
        found.append(_Holder(name, module, held, is_own))
        for attribute, value in held.items() if is_own else ():
            if isinstance(value, type) and value.__module__ == name:
                found.append(_Holder(f"{name}.{value.__name__}", value, _held(value), is_own=True))
            elif type(value) in (list, dict, set) and attribute not in _UNSTEADY:
                found.append(_Holder(f"{name}.{attribute}", value, _held(value), is_own=True))
    return found


# What is loaded before any plugin; a library that a plugin brings may do to itself what it likes.
_STEADY = frozenset({*(name for name in sys.modules if name.partition(".")[0] not in _OWN), builtins.__name__})


def _tracks(tracks: Iterable[Track]) -> dict[Name, Any]:
    found: dict[Name, Any] = {}
    for track in tracks:
        for name in track.__dataclass_fields__:
            data, functions = pack(getattr(track, name), whole=True)
            found[f"{name} of track '{track.id}'", "setattr"] = (data, *map(id, functions))
    return found
