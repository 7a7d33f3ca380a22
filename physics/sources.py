"""Where a number comes from: a citation, what kind of evidence it is, and where it can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, cast

Kind = Literal["measured", "data sheet", "paper", "standard", "code", "derived", "assumed"]
KINDS: tuple[Kind, ...] = ("measured", "data sheet", "paper", "standard", "code", "derived", "assumed")

_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a number comes from.

    Attributes:
        citation: who says so and where in it, or why it is assumed, or from what it is derived.
        kind: "measured", "data sheet", "paper", "standard", "code", "derived" or "assumed".
        doi: of the document ("10.1145/2307636.2307658"); url: its address where it has no DOI. Both may be "".
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

    @property
    def text(self) -> str:
        """The source as the page prints it: an assumption and a derivation say that they are one."""
        return f"{self.kind}: {self.citation}" if self.kind in ("assumed", "derived") else self.citation

    @property
    def link(self) -> str:
        """Where it can be read, or ""."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


@dataclass(frozen=True, slots=True)
class Sourced(Generic[_Value]):
    """A value with its source. The dataclasses of a track take it apart: their fields are plain numbers."""

    value: _Value
    source: Source


def source(citation: str, *, kind: Kind | None = None, doi: str = "", url: str = "") -> Source:
    """Return a source; a citation that starts with "assumed: " or "derived: " says its kind itself.

    Raises:
        ValueError: no citation, no kind, or a DOI or address that is none.

    >>> source("assumed: half of the fleet").kind
    'assumed'
    >>> source("Huang et al., MobiSys 2012", kind="paper", doi="10.1145/2307636.2307658").link
    'https://doi.org/10.1145/2307636.2307658'
    """
    for said in ("assumed", "derived"):
        if isinstance(citation, str) and citation.startswith(f"{said}:"):
            if kind not in (None, said):
                raise ValueError(f"source '{citation}' says {said}, but its kind is {kind!r}")
            kind, citation = cast(Kind, said), citation.removeprefix(f"{said}:").strip()
    if kind is None:
        raise ValueError(f"source '{citation}' needs a kind, one of {', '.join(KINDS)}")
    return Source(citation=citation, kind=kind, doi=doi, url=url)


def sourced(value: _Value, citation: str | Source, *, kind: Kind | None = None, doi: str = "", url: str = "") -> _Value:
    """Return a number with its source, for a field of ``Model``, ``Device``, ``Fleet`` or ``Targets``.

    The answer is a ``Sourced``; it is typed as the number itself, because the dataclass that takes it keeps the number.

    Raises:
        ValueError: as ``source`` does.
    """
    where = citation if isinstance(citation, Source) else source(citation, kind=kind, doi=doi, url=url)
    answer: Any = Sourced(value, where)
    return cast(_Value, answer)
