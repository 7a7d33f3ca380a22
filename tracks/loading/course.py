"""The course that the lab stands in: its name, what it asks and leaves behind, and which benches it uses.

One TOML file describes it. The file beside this module is used unless ``EDGELAB_COURSE`` names another.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tracks.api.bench import Bench
from tracks.loading.registry import Registry

BUILT_IN = Path(__file__).with_suffix(".toml")
MAX_BYTES = 100_000
MAX_CHARACTERS, MAX_ITEMS = 400, 12  # of a text; of a list
_URL = re.compile(r"https?://[^\s\"'<>]+")


class CourseError(ValueError):
    """A course that cannot be used; the sentence says what is wrong in its file and what would be right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One thing to read, whole without a link.

    Attributes:
        citation: author, year and title, or the book. section: its part to read, "" for all. about: what for.
        url: where it can be read, "" where that is not said.
    """

    citation: str
    section: str = ""
    about: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        for item in fields(self):
            _check_text(item.name, getattr(self, item.name), optional=item.name != "citation")
        if self.url and not _URL.fullmatch(self.url):
            raise CourseError(f"url {self.url[:80]!r} is no address; write https://...")


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """What the pages say of the course around the lab, and what of the lab it uses.

    Attributes:
        title: of this lab. course, volume, lab, institution: where it stands, "" where that is not said.
        version: of the description. duration: how long it takes; "" says what the benches add up to.
        objectives: what a student will be able to do. prerequisites: what is needed before.
        reading: to be read before. recap: what the lab came to. next: to be read after.
        tracks, benches, cases, acts: ids of what is used, None for all; tracks are shown in this order. A crisis is a
            bench, its first act always used.
        origin: the file. tracks_key: what has chosen the tracks, the file's line or a setting, as sentences call it.
    """

    title: str
    course: str = ""
    volume: str = ""
    lab: str = ""
    institution: str = ""
    version: str = ""
    duration: str = ""
    objectives: tuple[str, ...] = ()
    prerequisites: tuple[str, ...] = ()
    reading: tuple[Reading, ...] = ()
    recap: tuple[str, ...] = ()
    next: tuple[Reading, ...] = ()
    tracks: tuple[str, ...] | None = None
    benches: tuple[str, ...] | None = None
    cases: tuple[str, ...] | None = None
    acts: tuple[str, ...] | None = None
    origin: str = ""
    tracks_key: str = "tracks"

    def __post_init__(self) -> None:
        for name in _TEXTS:
            _check_text(name, getattr(self, name), optional=name != "title")
        for name in _LISTS:
            _check_list(name, getattr(self, name), str)
            for item in getattr(self, name):
                _check_text(name, item)
        for name in _READINGS:
            _check_list(name, getattr(self, name), Reading)
        for name in _USES:
            _check_ids(self.tracks_key if name == "tracks" else name, getattr(self, name))

    @property
    def place(self) -> tuple[str, ...]:
        """Where the lab stands, from the institution to its number."""
        return tuple(part for part in (self.institution, self.course, self.volume, self.lab) if part.strip())

    @property
    def name(self) -> str:
        """The course and the lab in one line: "Machine Learning Systems, Volume II, Lab 11: The Federation Paradox"."""
        return f"{', '.join(self.place)}: {self.title}" if self.place else self.title

    def used(self, registry: Registry) -> Registry:
        """Return the tracks that the course uses, in its order, with the benches and the acts that it uses.

        Raises:
            CourseError: it names what there is not, or leaves a track without a bench; the sentence begins with the
                file, or with the setting that has chosen the tracks.
        """
        try:
            tracks = _named(self.tracks_key, self.tracks, registry.tracks)
        except CourseError as problem:
            raise CourseError(str(problem) if self.tracks_key != "tracks" else f"{self.origin}: {problem}") from None
        try:
            return self._used(registry, self.tracks or tracks)
        except CourseError as problem:
            raise CourseError(f"{self.origin}: {problem}") from None

    def _used(self, registry: Registry, tracks: Sequence[str]) -> Registry:
        every = {bench.id: bench for track in tracks for bench in registry.benches(track)}
        benches = {name: bench for name, bench in every.items() if not bench.case_of}
        cases = {name: bench for name, bench in every.items() if bench.case_of}
        homes = _named("benches", self.benches, benches, others=cases, other="cases")
        beside = _named("cases", self.cases, cases, others=benches, other="benches")
        for name in self.cases or ():
            if cases[name].case_of not in homes:
                raise CourseError(f"cases names {name!r}, a case of bench {cases[name].case_of!r}, which is left out")

        def is_used(bench: Bench) -> bool:
            return (bench.case_of in homes and bench.id in beside) if bench.case_of else bench.id in homes

        further = {act.id: act for track in tracks for bench in registry.benches(track) for act in bench.acts[1:]}
        acts = _named("acts", self.acts, further)

        def played(bench: Bench) -> Bench:
            left = (*bench.acts[:1], *(act for act in bench.acts[1:] if act.id in acts))
            return bench if len(left) == len(bench.acts) else replace(bench, acts=left if len(left) > 1 else ())

        missions = {}
        for track in tracks:
            own = {name: played(bench) for name, bench in registry.missions[track].items() if is_used(bench)}
            if not own:
                raise CourseError(f"benches leaves track {track!r} without a bench; leave the track out of tracks, too")
            missions[track] = MappingProxyType(own)
        return Registry(
            tracks=MappingProxyType({name: registry.tracks[name] for name in tracks}),
            missions=MappingProxyType(missions),
            found=registry.found,
        )


_READINGS = ("reading", "next")
_LISTS = ("objectives", "prerequisites", "recap")
_USES = ("tracks", "benches", "cases", "acts")
_MAY_BE_NONE = ("cases", "acts")
_TEXTS = ("title", "course", "volume", "lab", "institution", "version", "duration")
_KEYS = (*_TEXTS, *_LISTS, *_READINGS, "uses")


def read_course(path: Path) -> Course:
    """Return the course that a TOML file describes.

    Raises:
        CourseError: the file cannot be read, or something in it is no part of a course.
    """
    try:
        content = _content(path)
        given = tomllib.loads(content)
    except tomllib.TOMLDecodeError as problem:
        raise CourseError(f"{path} is not TOML: {problem}") from None
    if not given:
        raise CourseError(f'{path} is empty; a course needs a title at least: title = "..."')
    try:
        return _course(given, path)
    except CourseError as problem:
        raise CourseError(f"{path}: {problem}") from None


@cache
def built_in() -> Course:
    """Return the course that the lab was written for."""
    return read_course(BUILT_IN)


def _content(path: Path) -> str:
    """Return the text of a file, without what an editor on Windows puts before it."""
    try:
        if path.is_dir():
            raise CourseError(f"{path} is a folder; name the file in it that describes the course")
        with path.open("rb") as file:
            found = file.read(MAX_BYTES + 1)
        if len(found) > MAX_BYTES:
            raise CourseError(f"{path} is larger than {MAX_BYTES // 1000} kB, which no description of a course is")
        return found.decode("utf-8-sig")
    except FileNotFoundError:
        raise CourseError(f"{path} is not there; write one with: edgelab course show > {path.name}") from None
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not text in UTF-8; save it as UTF-8") from None
    except OSError as problem:
        raise CourseError(f"{path} cannot be read ({problem.strerror})") from None


def _course(given: Mapping[str, Any], path: Path) -> Course:
    _check_keys("the file", given, _KEYS)
    uses = given.get("uses", {})
    if not isinstance(uses, dict):
        raise CourseError(f"uses must be a table, [uses], got {uses!r:.80}")
    _check_keys("[uses]", uses, _USES)
    if "title" not in given:
        raise CourseError('title is missing; write title = "..."')
    parts: dict[str, Any] = {}
    for name, value in (*given.items(), *uses.items()):
        if name in _READINGS:
            parts[name] = _readings(name, value)
        elif name != "uses":
            parts[name] = tuple(value) if isinstance(value, list) else value
    return Course(**parts, origin=str(path))


def _readings(name: str, given: Any) -> tuple[Reading, ...]:
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise CourseError(f"{name} must be tables, each with a citation: [[{name}]]")
    known = tuple(item.name for item in fields(Reading))
    found = []
    for number, item in enumerate(given, 1):
        owner = f"[[{name}]] {number}"
        _check_keys(owner, item, known)
        if "citation" not in item:
            raise CourseError(f'{owner} has no citation; write citation = "..."')
        try:
            found.append(Reading(**item))
        except CourseError as problem:
            raise CourseError(f"{owner}: {problem}") from None
    return tuple(found)


def _check_keys(owner: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in given:
        if name in _USES and name not in known:
            raise CourseError(f"{owner} has {name!r}, which belongs below the line [uses]")
        if name not in known:
            raise CourseError(f"{owner} has {name[:48]!r}, which is no key there; {_near(name, known)}")


def _near(name: str, known: Iterable[str]) -> str:
    """Return what may have been meant, or else all that there is."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(names) or 'none'}"


def _named(
    key: str, chosen: Sequence[str] | None, known: Mapping[str, Any], *,
    others: Mapping[str, Any] = MappingProxyType({}), other: str = "",
) -> tuple[str, ...]:  # fmt: skip
    """Return the ids that a list of the course names, or all of them where it has no such list."""
    if chosen is None:
        return tuple(known)
    for name in chosen:
        if name in others:
            raise CourseError(f"{key} names {name!r}, which belongs into {other}")
        if name not in known:
            raise CourseError(f"{key} names {name!r}, which is not there; {_near(name, known)}")
    return tuple(name for name in known if name in chosen)


def _check_text(name: str, value: Any, *, optional: bool = False) -> None:
    if not isinstance(value, str):
        raise CourseError(f"{name} must be a text in quotation marks, got {value!r:.80}")
    if not optional and not value.strip():
        raise CourseError(f"{name} is an empty text; write one, or leave it out where it is an item of a list")
    if len(value) > MAX_CHARACTERS:
        raise CourseError(f"{name} has a text of {len(value)} characters and may have {MAX_CHARACTERS}")


def _check_list(name: str, value: Any, kind: type) -> None:
    if not isinstance(value, tuple) or not all(isinstance(item, kind) for item in value):
        raise CourseError(f'{name} must be a list of texts, ["...", "..."], got {value!r:.80}')
    if len(value) > MAX_ITEMS:
        raise CourseError(f"{name} has {len(value)} items and may have {MAX_ITEMS}")


def _check_ids(name: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, tuple) or not all(isinstance(item, str) for item in value):
        raise CourseError(f'{name} must be a list of ids, ["...", "..."], got {value!r:.80}')
    if not value and name not in _MAY_BE_NONE:
        raise CourseError(f"{name} is an empty list; leave the line out to use all")
    twice = next((item for item in value if value.count(item) > 1), None)
    if twice is not None:
        raise CourseError(f"{name} names {twice!r} twice; name it once")
