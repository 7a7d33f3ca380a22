"""A plugin's bench with every function replaced by one that calls it in the plugin's process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import update_wrapper
from types import MappingProxyType
from typing import Any

from tracks.api.bench import Bench
from tracks.api.outcome import Outcome
from tracks.api.track import Track
from tracks.loading.isolation.hosting import NO_CONTROLS
from tracks.loading.isolation.packing import Answered, NotPlain, Remote, pack, unpack
from tracks.loading.isolation.process import Known, PluginProcess

_ONCE = "predictions"  # what depends on a question alone
_PEEK = ("peek",)
_SOLVED = (("solve",), ("preview",))
_BEFORE = ("scene",)  # the picture before there is an outcome


class StandIn(Remote):
    """A function of a plugin's bench, called as it is itself; it runs in the plugin's process."""

    __slots__ = ("__dict__", "_asked", "_is_kept", "_process", "_tracks")

    def __init__(self, target: Any, process: PluginProcess, tracks: tuple[Track, ...], *, is_kept: bool) -> None:
        super().__init__(target)
        self._process = process
        self._tracks = tracks
        self._is_kept = is_kept
        self._asked: set[int] = set()  # numbers of the functions of the last answer that were called

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Return what the function returns, its own functions replaced in the same way.

        Raises:
            PluginFailed: it raised, did not answer in time, or ended.
        """
        if arguments and isinstance(arguments[0], Track) and not _is_same(arguments[0], self._tracks[0]):
            return self.__dict__["__wrapped__"](*arguments, **keywords)  # a designer tries other constants
        known = self._process.known(arguments[1]) if len(arguments) > 1 else None
        if self.target[-1] == _PEEK and known is not None:
            self._process.peeked[self.target[1:3]] = True
            if known.peek is not None and known.keywords == keywords:
                return unpack(known.peek, function=_none)
        given = arguments if known is None else (arguments[0], Answered(known.request), *arguments[2:])
        request, functions = pack((self.target, given, keywords))
        is_kept = self._is_kept or (self.target[-1] == _BEFORE and arguments[1:] == (None,))
        answer, ahead = self._process.call(
            request,
            self._tracks,
            functions,
            is_kept=is_kept and not functions,
            ahead=self._asked,
            peek=self.target[-1] in _SOLVED and self._process.peeked.pop(self.target[1:3], False),
        )
        asked = self._asked = set()

        def function(number: int) -> Part:
            return Part(("answer", request, number), self._process, self._tracks, asked, ahead.get(number))

        value = unpack(answer, function=function)
        if isinstance(value, Outcome):
            controls = {name: item for name, item in keywords.items() if name not in NO_CONTROLS}
            self._process.remember(
                Known(readings=value.readings, request=request, peek=ahead.get("peek"), keywords=controls)
            )
        return value


class Part(Remote):
    """A function in an answer: a figure, a table, the fixes of a verdict; what it gives may have come along already."""

    __slots__ = ("_ahead", "_asked", "_process", "_tracks")

    def __init__(
        self, target: Any, process: PluginProcess, tracks: tuple[Track, ...], asked: set[int], ahead: bytes | None
    ) -> None:
        super().__init__(target)
        self._process = process
        self._tracks = tracks
        self._asked = asked
        self._ahead = ahead

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Return what the function returns, each time anew.

        Raises:
            PluginFailed: it raised, did not answer in time, or ended.
        """
        self._asked.add(self.target[-1])
        if self._ahead is not None and not arguments and not keywords:
            return unpack(self._ahead, function=_none)
        request, functions = pack((self.target, arguments, keywords))
        answer, _ = self._process.call(request, self._tracks, functions)
        return unpack(answer, function=_none)


def _none(_number: int) -> Any:
    raise NotPlain("a figure, a table or fixes hold a function; let them be plain")


def contained(bench: Bench, track: Track, process: PluginProcess) -> Bench:
    """Return a bench, settled for a track, whose functions are called in the plugin's process."""

    def replaced(part: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(part, (type, Track)):
            return part
        if is_dataclass(part):
            changes = {one.name: replaced(getattr(part, one.name), (*path, one.name)) for one in fields(part)}
            changes = {name: value for name, value in changes.items() if value is not getattr(part, name)}
            return _with(part, changes) if changes else part
        if isinstance(part, tuple) and not hasattr(part, "_fields"):
            items = tuple(replaced(item, (*path, number)) for number, item in enumerate(part))
            return items if any(new is not old for new, old in zip(items, part, strict=True)) else part
        if isinstance(part, Mapping):
            named = {name: replaced(item, (*path, name)) for name, item in part.items()}
            return MappingProxyType(named) if any(named[name] is not part[name] for name in named) else part
        if callable(part):
            return _stand_in(part, ("bench", track.id, bench.id, path), track, process)
        return part

    return replaced(bench, ())  # type: ignore[no-any-return]


def _is_same(track: Track, own: Track) -> bool:
    """Whether a track is the one that a bench was settled for, whatever stands for its crisis."""
    return track is own or all(
        getattr(track, one.name) is getattr(own, one.name) for one in fields(own) if one.name != "crisis"
    )


def with_crisis(track: Track, crisis: Bench) -> Track:
    """Return a track with another bench for its crisis, all else the very same."""
    return _with(track, {"crisis": crisis})  # type: ignore[no-any-return]


def _with(part: Any, changes: dict[str, Any]) -> Any:
    """Return a copy of a checked dataclass with other functions, which need no check again."""
    copy = object.__new__(type(part))
    for one in fields(part):
        object.__setattr__(copy, one.name, changes.get(one.name, getattr(part, one.name)))
    return copy


def _stand_in(function: Callable[..., Any], target: Any, track: Track, process: PluginProcess) -> StandIn:
    stand_in = StandIn(target, process, (track,), is_kept=target[3][0] == _ONCE)
    update_wrapper(stand_in, function)
    return stand_in
