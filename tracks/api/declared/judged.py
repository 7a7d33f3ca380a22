"""A verdict's quantity against its limit in words, as every page, table and certificate writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracks.api.quantities import digits_apart, in_words

if TYPE_CHECKING:
    from tracks.api.outcome import Verdict


def keeps_limit(verdict: Verdict) -> bool:
    """Return whether the quantity is within its limit; a verdict may warn of one that is not, and not fail."""
    return verdict.against.level != "fail"


def bound_in_words(verdict: Verdict) -> str:
    """Return which side of the limit is the good one: "at most", "at least".

    Of a limit that may be passed with a warning, and is: "warns above", "warns below".
    """
    if verdict.level == "warn" and not keeps_limit(verdict):
        return "warns above" if verdict.at_most else "warns below"
    return "at most" if verdict.at_most else "at least"


def judged_in_words(verdict: Verdict) -> str:
    """Return a quantity against its limit, with digits that tell the two apart: "Moved 6 GB, at most 5 GB"."""
    digits = digits_apart(verdict.quantity, verdict.limit, verdict.unit)
    value, limit = (in_words(number, verdict.unit, digits) for number in (verdict.quantity, verdict.limit))
    warned, near = "", verdict.against.warn
    if verdict.level == "warn" and keeps_limit(verdict) and near is not None:
        warned = f"warns {'above' if verdict.at_most else 'below'} {in_words(near, verdict.unit)}, "
    return f"{verdict.measure} {value}, {warned}{bound_in_words(verdict)} {limit}"
