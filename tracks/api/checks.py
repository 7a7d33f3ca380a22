"""The checks that every class of the plugin API shares; an error names object, fault and what would be right."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

_ID = re.compile(r"[a-z][a-z0-9_]{0,47}\Z")


class SpecError(ValueError):
    """A track, bench or one of their parts that cannot work; its text is one sentence its author can act on."""


def refuse(owner: str, problem: str) -> SpecError:
    """Return the error to raise: ``Slider 'epochs': default 30 is outside 1..20``."""
    return SpecError(f"{owner}: {problem}")


def check_id(kind: str, value: Any) -> None:
    """Ids become URL parts, keywords and database keys: short lower-case words joined by underscores."""
    if not isinstance(value, str) or not _ID.match(value):
        raise refuse(kind, f"id {value!r} must be lower-case letters, digits and underscores, starting with a letter")


def check_text(owner: str, name: str, value: Any, *, optional: bool = False) -> None:
    """Refuse anything but a string, and an empty one unless ``optional``."""
    if not isinstance(value, str) or not (optional or value.strip()):
        raise refuse(owner, f"{name} must be a {'' if optional else 'non-empty '}text, got {value!r}")


def is_finite_number(value: Any) -> bool:
    """Whether ``value`` is an int or a float that a float can hold; True and False are no numbers here."""
    try:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # an int beyond 1.8e308
        return False


def check_number(
    owner: str,
    name: str,
    value: Any,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    optional: bool = False,
) -> None:
    """Refuse what is not one finite number in [low, high]; ``None`` passes when ``optional``."""
    if value is None and optional:
        return
    if not is_finite_number(value):
        raise refuse(owner, f"{name} must be a finite number, got {value!r:.80}")
    if not low <= value <= high:
        raise refuse(owner, f"{name} {value:g} is outside {low:g}..{high:g}")


def check_one_of(owner: str, name: str, value: Any, allowed: Sequence[str]) -> None:
    """Refuse what is not among ``allowed``."""
    if value not in allowed:
        raise refuse(owner, f"{name} {value!r} is not one of {', '.join(allowed)}")


def check_items(owner: str, name: str, value: Any, kinds: type | tuple[type, ...]) -> None:
    """Refuse anything but a tuple whose items are of ``kinds``."""
    words = " or ".join(kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))
    if not isinstance(value, tuple) or not all(isinstance(item, kinds) for item in value):
        raise refuse(owner, f"{name} must be a tuple of {words}, got {value!r}")


def check_unique(owner: str, name: str, ids: Iterable[str]) -> None:
    """Refuse an id that occurs twice."""
    seen: set[str] = set()
    for item in ids:
        if item in seen:
            raise refuse(owner, f"{name} has '{item}' twice; give each its own id")
        seen.add(item)


def check_function(owner: str, name: str, value: Any, *, optional: bool = False) -> None:
    """Refuse what cannot be called."""
    if not (callable(value) or (optional and value is None)):
        raise refuse(owner, f"{name} must be a function, got {value!r}")


def frozen_mapping(owner: str, name: str, value: Any) -> Mapping[str, Any]:
    """Return a read-only copy of a mapping whose keys are texts; refuse anything else."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise refuse(owner, f"{name} must be a mapping from names, got {value!r}")
    return MappingProxyType(dict(value))


def check_case(owner: str, name: str, case_of: Any, once: Any) -> None:
    """Refuse a case of itself, and ``once`` on a bench that is no case."""
    check_text(owner, "case_of", case_of, optional=True)
    if case_of:
        check_id(f"{owner}, case_of", case_of)
    if case_of == name:
        raise refuse(owner, "it is a case of itself; case_of names another bench")
    if not isinstance(once, bool):
        raise refuse(owner, f"once must be True or False, got {once!r:.80}")
    if once and not case_of:
        raise refuse(owner, "once says that a case is the same on every track; give case_of too")
