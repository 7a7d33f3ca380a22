"""Words of the plugin API that go with the next release, and warn until then."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracks.api.outcome import Reading

# The numbers of a verdict were fields of the verdict itself before API version 1.
_NUMBERS = {"quantity": "value", "limit": "limit", "at_most": "at_most", "scale": "scale"}


def with_own_numbers(made: Callable[..., None], reading: type[Reading]) -> Callable[..., None]:
    """Return ``Verdict.__init__`` that also takes the numbers by their old keywords, with a warning."""

    @wraps(made)
    def init(self: Any, **words: Any) -> None:
        if not _NUMBERS.keys().isdisjoint(words):
            old = [name for name in _NUMBERS if name in words]
            warnings.warn(
                f"Verdict('{words.get('code')}'): {', '.join(old)} belong to a Reading now; pass "
                "reading=Reading(id=..., label=..., value=..., limit=...) instead. They will be refused in the next "
                "release.",
                DeprecationWarning,
                stacklevel=2,
            )
            numbers = {_NUMBERS[name]: words.pop(name) for name in old}
            if "reading" in words:  # as dataclasses.replace passes it
                words["reading"] = replace(words["reading"], **numbers)
            else:
                label, unit = str(words.get("measure", ""))[:18], words.get("unit", "")
                words["reading"] = reading(id=words.get("code", ""), label=label, unit=unit, **numbers)
        made(self, **words)

    return init
