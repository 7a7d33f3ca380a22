"""Where a number comes from: a citation, what kind of evidence it is, and where it can be read.

A number and its source are written in one call, ``sourced(32 * GIB, "assumed: as on the Jetson AGX Orin 32 GB")``. What
takes the pair (a track's dataclass, `physics.constants`) keeps the plain number and, beside it, the source.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar, cast

__all__ = ["KINDS", "Kind", "Source", "Sourced", "derived", "source", "sourced", "take_sources"]

Kind = Literal["measured", "data sheet", "paper", "standard", "code", "report", "derived", "assumed"]
KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        "measured": "read off a running device or service",
        "data sheet": "a maker's specification, whose peaks are upper bounds",
        "paper": "a scientific publication",
        "standard": "a norm or a definition",
        "code": "a file of public code or a published configuration",
        "report": "said in public by a company or the press: an announcement, a survey, a teardown",
        "derived": "arithmetic on numbers that have sources of their own",
        "assumed": "a teaching estimate, because no public source was found",
    }
)

_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a number comes from.

    Parameters
    ----------
    citation : str
        Who says so and where in it, or why it is assumed, or from what it is derived.
    kind : Kind
        One of ``KINDS``.
    doi : str
        Of the document ("10.1145/2307636.2307658").
    url : str
        Its address where it has no DOI. Both may be "".
    """

    citation: str
    kind: Kind
    doi: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.citation, str) or not self.citation.strip():
            raise ValueError(f"a source needs a citation, got {self.citation!r}")
        if self.kind not in KINDS:
            raise ValueError(f"source '{self.citation}': kind {self.kind!r} is not one of {', '.join(KINDS)}")
        if self.doi and not self.doi.startswith("10."):
            raise ValueError(f"source '{self.citation}': doi {self.doi!r} must start with 10.")
        if self.url and not self.url.startswith("https://"):
            raise ValueError(f"source '{self.citation}': url {self.url!r} must start with https://")
        if self.doi and self.url:
            raise ValueError(f"source '{self.citation}': give a doi or a url, not both")

    @property
    def text(self) -> str:
        """The source as the page prints it: an assumption and a derivation say that they are one."""
        return f"{self.kind}: {self.citation}" if self.kind in ("assumed", "derived") else self.citation

    @property
    def link(self) -> str:
        """Where it can be read, or ""."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url

    def at(self, place: str) -> Source:
        """Return the same document with the place in it, or with what it says there.

        >>> source("Huang et al., MobiSys 2012", kind="paper").at("median uplink").text
        'Huang et al., MobiSys 2012: median uplink'
        """
        return replace(self, citation=f"{self.citation}: {place}")

    def with_note(self, note: str) -> Source:
        """Return the same source with a remark behind it.

        >>> source("derived: 12 B in 60 ms").with_note("one free hop").text
        'derived: 12 B in 60 ms; one free hop'
        """
        return replace(self, citation=f"{self.citation}; {note}")


@dataclass(frozen=True, slots=True)
class Sourced(Generic[_Value]):
    """A value with its source, until what takes it has separated the two.

    Parameters
    ----------
    value : any
        The value.
    source : Source
        Where it comes from.
    """

    value: _Value
    source: Source


def source(citation: str, *, kind: Kind | None = None, doi: str = "", url: str = "") -> Source:
    """Return a source; a citation that starts with "assumed: " or "derived: " includes its kind.

    Parameters
    ----------
    citation : str
        Who says so and where in it; "assumed: why" or "derived: from what" includes its kind.
    kind : str, optional
        One of ``KINDS``.
    doi, url : str
        Where it can be read: one of the two, or neither.

    Returns
    -------
    Source
        The source, checked.

    Raises
    ------
    ValueError
        No citation, no kind, or a DOI or address that is none.

    Examples
    --------
    >>> source("assumed: half of the fleet").kind
    'assumed'
    >>> source("Huang et al., MobiSys 2012", kind="paper", doi="10.1145/2307636.2307658").link
    'https://doi.org/10.1145/2307636.2307658'
    """
    own: tuple[Kind, ...] = ("assumed", "derived")
    for said in own:
        if isinstance(citation, str) and citation.startswith(f"{said}:"):
            if kind not in (None, said):
                raise ValueError(f"source '{citation}' says {said}, but its kind is {kind!r}")
            kind, citation = said, citation.removeprefix(f"{said}:").strip()
    if kind is None:
        raise ValueError(f"source '{citation}' needs a kind, one of {', '.join(KINDS)}")
    return Source(citation=citation, kind=kind, doi=doi, url=url)


def derived(how: str, origin: Source) -> Source:
    """Return the source of arithmetic on a number of ``origin``: it states how, names the origin and links to it.

    Parameters
    ----------
    how : str
        The arithmetic, in words.
    origin : Source
        Where the number comes from that it starts with.

    Returns
    -------
    Source
        Of kind "derived".

    Examples
    --------
    >>> derived("8 x 3.35 TB/s", source("NVIDIA data sheet", kind="data sheet", url="https://nvidia.com/x")).text
    'derived: 8 x 3.35 TB/s; NVIDIA data sheet'
    """
    return Source(citation=f"{how}; {origin.citation}", kind="derived", doi=origin.doi, url=origin.url)


def sourced(value: _Value, citation: str | Source, *, kind: Kind | None = None, doi: str = "", url: str = "") -> _Value:
    """Return a number with its source, for a field or an extra of ``Model``, ``Device``, ``Fleet`` or ``Targets``.

    The answer is a ``Sourced``; it is typed as the number itself, because what takes it keeps the number.

    Parameters
    ----------
    value : any
        The number.
    citation : str or Source
        As ``source`` takes it, or a source that is there already.
    kind : str, optional
        One of ``KINDS``.
    doi, url : str
        As of ``source``.

    Returns
    -------
    the same type
        The number with its source.

    Raises
    ------
    ValueError
        As ``source`` does.
    """
    where = citation if isinstance(citation, Source) else source(citation, kind=kind, doi=doi, url=url)
    answer: Any = Sourced(value, where)
    return cast(_Value, answer)


def take_sources(names: MutableMapping[str, Any]) -> Mapping[str, Source]:
    """Put the plain value in the place of each ``Sourced`` of a mapping, and return their sources by name.

    Parameters
    ----------
    names : mutable mapping
        Names and their values, for example ``globals()``; changed in place.

    Returns
    -------
    Mapping
        Read-only: the source of each name that had one.

    Examples
    --------
    >>> constants = {"BITS": sourced(8, "a byte", kind="standard")}
    >>> take_sources(constants)["BITS"].text, constants
    ('a byte', {'BITS': 8})
    """
    found = {name: thing for name, thing in names.items() if isinstance(thing, Sourced)}
    names.update({name: thing.value for name, thing in found.items()})
    return MappingProxyType({name: thing.source for name, thing in found.items()})
