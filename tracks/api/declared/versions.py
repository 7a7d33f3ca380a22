"""The version of the plugin API, what a plugin says of the one it needs, and today's word for an earlier one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

API_VERSION = 1  # counts up when a plugin that worked would work no more
DECLARED_AS = "EDGELAB_API"  # a plugin's own name for the version it needs

# Words that are gone, or that other libraries have, and today's.
NEW_WORDS = {
    "Result": "Outcome",
    "Metric": "Reading",
    "Judgement": "Verdict",
    "Dropdown": "Choice",
    "Select": "Choice",
    "Checkbox": "Toggle",
    "Switch": "Toggle",
    "Figure": "Drawing(figure=...)",
    "Mission": "Bench",
    "Persona": "Track",
    "level_of": "Limit(quantity=..., limit=...).level",
    "min": "minimum",
    "max": "maximum",
    "min_value": "minimum",
    "max_value": "maximum",
    "value": "default",
    "name": "label",
    "units": "unit",
    "sources": "sourced(value, ...) beside each number",
    "quantity": "reading=Reading(value=...)",
    "limit": "reading=Reading(limit=...)",
}


def refused_version(needed: Any) -> str:
    """Return why a plugin that needs this version cannot be used, or "" where it can.

    >>> refused_version(1)
    ''
    >>> refused_version(2)
    'it needs version 2 of the plugin API, and this lab has 1; install a newer edgelab, or write EDGELAB_API = 1'
    """
    if needed is None:
        return ""
    if isinstance(needed, bool) or not isinstance(needed, int) or needed < 1:
        return f"{DECLARED_AS} must be a whole number of 1 or more, got {needed!r:.80}; write {DECLARED_AS} = 1"
    if needed > API_VERSION:
        return (
            f"it needs version {needed} of the plugin API, and this lab has {API_VERSION}; install a newer edgelab, or "
            f"write {DECLARED_AS} = {API_VERSION}"
        )
    return ""


def meant(wrong: str, known: Iterable[str]) -> str:
    """Return what is said of a word that is not known: the one that is meant, or what there is.

    >>> meant("defualt", ["default", "label"])
    "did you mean 'default'?"
    >>> meant("max_value", ["default", "maximum"])
    "write 'maximum'"
    """
    words = sorted(known)
    new = NEW_WORDS.get(wrong, "")
    if new and (new in words or "(" in new):
        return f"write '{new}'"
    near = difflib.get_close_matches(wrong, words, n=1)
    return f"did you mean '{near[0]}'?" if near else f"there are {', '.join(words)}"
