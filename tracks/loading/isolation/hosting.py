"""What a plugin's own process does: it loads one file, says what that changed, and answers calls until it is idle."""

from __future__ import annotations

import ctypes
import importlib
import io
import os
import pickle
import resource
import signal
import sys
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tracks.api.bench import Bench
from tracks.api.figures import Drawing
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.common.cache import open_folder
from tracks.loading.discovery import LOADING, PluginRefused, Registration, collect, error_text, find_sources
from tracks.loading.isolation.changes import Picture, changed, import_libraries
from tracks.loading.isolation.link import Link
from tracks.loading.isolation.packing import NotPlain, pack, unpack
from tracks.loading.isolation.plain_figures import check_drawing, check_outcome

IDLE_S = 600.0
KEPT = 8  # answers whose drawings and fixes may still be asked for
MOST_PRINTED = 2000  # characters of one answer
HEADROOM = 2**30  # bytes a plugin may take beside what the lab's own modules have
LOOKED_AT = 8  # answers from one look at the memory to the next
TOO_LARGE = 2**29  # bytes more than at first, after which a process is followed by a new one

NO_CONTROLS = ("seed", "fixes")  # keywords of solve and preview
Answer = tuple[bytes, dict[int | str, bytes]]  # packed, with what was called ahead

_PR_SET_PDEATHSIG = 1


class Printed(io.TextIOBase):
    """What a plugin prints, the first part of it, until it is taken."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._left = MOST_PRINTED

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        if self._left > 0 and text:
            self._parts.append(text[: self._left])
            self._left -= len(text)
        return len(text)

    def writable(self) -> bool:
        """Return True."""
        return True

    def take(self) -> str:
        """Return what was printed since the last time."""
        text = "".join(self._parts)
        self._parts.clear()
        self._left = MOST_PRINTED
        return text


class Host:
    """One plugin, loaded, and the answers that were given of late."""

    def __init__(self, link: Link, request: dict[str, Any], printed: Printed) -> None:
        self.link = link
        self.printed = printed
        self.tracks: dict[str, Track] = {}
        self.benches: dict[str, Bench] = {}
        self.settled: dict[tuple[str, str], Bench] = {}
        self.answers: OrderedDict[bytes, tuple[Any, list[Callable[..., Any]]]] = OrderedDict()
        self.path = Path(request["origin"]) if request["origin"].endswith(".py") else None
        self.others: list[Track] = []  # that the lab's own modules hold and a plugin could reach
        self._load(request)

    def _load(self, request: dict[str, Any]) -> None:
        sources = find_sources(request["folder"], (), request["entry_points"])
        source = next((s for s in sources if (s.name, s.origin) == (request["name"], request["origin"])), None)
        if source is None:
            raise PluginRefused("it is there no more; put it back, or start the lab again")
        if self.path is not None:
            import_libraries(self.path)
        self.others = [
            value
            for name, module in list(sys.modules.items())
            if name.startswith("tracks.")
            for value in list(vars(module).values())
            if isinstance(value, Track)
        ]
        self.before = Picture(self.others)
        registration = self._collected(collect, source)
        self.printed_at_import = self.printed.take()
        self.tracks = {track.id: track for track in registration.tracks}
        self.benches = {bench.id: bench for bench in registration.benches}
        for track in registration.tracks:
            if track.crisis is not None:
                self.benches[track.crisis.id] = track.crisis
        self.check_changes("importing it changes")

    def _collected(self, load: Callable[[Any], Registration], source: Any) -> Registration:
        try:
            return load(source)
        except PluginRefused:
            raise
        except BaseException as problem:
            raise PluginRefused(
                f"it stops the program while it is imported ({error_text(problem)}); a plugin only defines its hooks, "
                "so take that out"
            ) from problem

    def check_changes(self, what: str) -> None:
        """Refuse a plugin that has changed more of the process than its own."""
        found = changed(self.before, self.path)
        if found:
            raise PluginRefused(
                f"{what} {found}, which every other track would meet; a plugin only defines its own, so take that out, "
                "or do it within a function and put it back there"
            )

    def bench(self, bench_id: str, track_id: str) -> Bench:
        """Return a bench of the plugin for a track."""
        if (bench_id, track_id) not in self.settled:
            track = self.tracks[track_id]
            own = self.benches.get(bench_id)
            if track.crisis is not None and track.crisis.id == bench_id:
                own = track.crisis
            assert own is not None
            self.settled[bench_id, track_id] = own.on(track)
        return self.settled[bench_id, track_id]

    def settle(self, request: bytes) -> None:
        """Ask a bench for its parts on one track."""
        self.bench(*pickle.loads(request))

    def learn(self, request: bytes) -> None:
        """Take a track of another plugin, or of the course, as data."""
        track: Track = unpack(request, function=_no_function, is_trusted=True)
        self.tracks.setdefault(track.id, track)

    def function(self, target: Any) -> Callable[..., Any]:
        """Return the function that a target names: a part of a bench, or of an earlier answer."""
        if target[0] == "answer":
            _, request, number = target
            self.outcome(request)
            function: Callable[..., Any] = self.answers[request][1][number]
            return function
        _, track_id, bench_id, path = target
        return walked(self.bench(bench_id, track_id), path)  # type: ignore[no-any-return]

    def outcome(self, request: bytes) -> Any:
        """Return the value that a request was answered with, computed anew where it is not kept."""
        if request not in self.answers:
            self.answer(request)
        return self.answers[request][0]

    def answer(self, request: bytes, ahead: Sequence[int] = (), peek: bool = False) -> Answer:
        """Call what a request names and return its answer packed; its functions can be called afterwards.

        Args:
            request: packed. ahead: numbers of functions in the answer that are likely to be asked for next, and are
                called at once. peek: whether the bench's peek at the answer is, too.
        """

        def far(number: int) -> Callable[..., Any]:
            def tell(*values: Any) -> None:
                self.link.send(b"R" + pickle.dumps((number, values)))

            return tell

        target, arguments, keywords = unpack(
            request,
            function=far,
            track=self.tracks.__getitem__,
            reach=self.function,
            answered=self.outcome,
            is_trusted=True,
        )
        function = self.function(target)
        value = function(*arguments, **keywords)
        if isinstance(value, Outcome):
            check_outcome(value)
        elif isinstance(value, Drawing):
            check_drawing(value)
        data, functions = pack(value)
        self.answers[request] = (value, functions)
        self.answers.move_to_end(request)
        while len(self.answers) > KEPT:
            self.answers.popitem(last=False)
        found: dict[int | str, bytes] = {}
        with suppress(Exception):  # it is said when it is asked for
            for number in ahead:
                found[number] = pack(functions[number]())[0]
            if peek:
                _, track_id, bench_id, _ = target
                controls = {name: given for name, given in keywords.items() if name not in NO_CONTROLS}
                show = self.bench(bench_id, track_id).peek
                if show is not None:
                    found["peek"] = pack(show(self.tracks[track_id], value, **controls))[0]
        return data, found


def _no_function(_number: int) -> Any:
    raise NotPlain


def walked(whole: Any, path: tuple[str | int, ...]) -> Any:
    """Return the part of a bench that a path of fields, numbers and names leads to."""
    for step in path:
        whole = whole[step] if isinstance(whole, (tuple, dict)) or hasattr(whole, "keys") else getattr(whole, str(step))
    return whole


def host(link: Link) -> None:
    """Load a plugin, answer calls, and end when nobody has asked for long, or the lab has closed the link."""
    _end_with_the_server()
    link.send(b"H" + pickle.dumps(os.getpid()))
    request = pickle.loads(link.receive(IDLE_S))
    printed = _prepare(request)
    try:
        plugin = Host(link, request, printed)
    except BaseException as problem:
        reason = str(problem) if isinstance(problem, PluginRefused) else error_text(problem)
        link.send(b"X" + pickle.dumps((reason, printed.take())))
        return
    _limit_memory()
    start = _resident()
    link.send(b"A" + pickle.dumps((b"", {}, plugin.printed_at_import, False)))
    count = 0
    while True:
        message = link.receive(IDLE_S)
        count += 1
        kind, body = message[:1], message[1:]
        try:
            answer: Answer = b"", {}
            if kind == b"T":
                plugin.learn(body)
            elif kind == b"S":
                plugin.settle(body)
            elif kind == b"L":
                plugin.check_changes("running it changes")
            else:
                answer = plugin.answer(*pickle.loads(body))
        except BaseException as problem:
            reason = str(problem) if isinstance(problem, (PluginRefused, NotPlain)) else error_text(problem)
            link.send(b"X" + pickle.dumps((reason, printed.take())))
        else:
            link.send(b"A" + pickle.dumps((*answer, printed.take(), _is_large(start, count))))


def _prepare(request: dict[str, Any]) -> Printed:
    """Make this process like the lab's: environment, path, working directory, the folder of results."""
    LOADING.set(True)
    os.environ.clear()
    os.environ.update(request["environ"])
    sys.path[:] = request["path"]
    with suppress(OSError):
        os.chdir(request["working"])
    importlib.invalidate_caches()
    if request["results"] is not None:
        open_folder(*request["results"])
    printed = Printed()
    sys.stdout = sys.stderr = printed
    return printed


def _end_with_the_server() -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _status(name: str) -> int:
    """Return a number of /proc/self/status in bytes, 0 where there is none."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0


def _resident() -> int:
    with suppress(OSError), open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - asked for at every call
        return int(file.read().split()[1]) * resource.getpagesize()
    return 0


def _is_large(start: int, count: int) -> bool:
    """Whether a plugin has taken much more than at first, looked at now and then."""
    return count % LOOKED_AT == 0 and _resident() > start + TOO_LARGE


def _limit_memory() -> None:
    """Let a plugin that takes memory without end meet a MemoryError, before the machine has none left."""
    data = _status("VmData:")
    if data:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (data + HEADROOM, data + HEADROOM))
