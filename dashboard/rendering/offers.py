"""What a bench offers of earlier decisions, each with what one press would do to the readings and the verdicts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tracks.api.bench import Bench
from tracks.api.controls import Value
from tracks.api.outcome import Outcome, Reading
from tracks.api.quantities import in_words
from tracks.loading.carried import Offer

NOTICED = 0.01  # of a reading: what changes by less is not said


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownOffer:
    """An offer as the page shows it.

    Attributes:
        offer: what the press sets. consequence: what it does to the state the bench starts in, one sentence; "" before
        the instruments open, and where nothing can be taken over.
    """

    offer: Offer
    consequence: str


def shown_offers(
    bench: Bench, offers: Iterable[Offer], solved: Callable[[Mapping[str, Value]], Outcome], *, is_open: bool
) -> tuple[ShownOffer, ...]:
    """Return a bench's offers with their consequences, which are computed only once the instruments are open.

    Args:
        bench: where the decisions arrive. offers: of earlier benches. solved: the full outcome of a state.
    """
    start = bench.defaults()
    shown = []
    for offer in offers:
        said = ""
        if is_open and offer.text:
            said = consequence(bench, solved(start), solved({**start, **offer.values}))
        shown.append(ShownOffer(offer=offer, consequence=said))
    return tuple(shown)


def consequence(bench: Bench, before: Outcome, after: Outcome) -> str:
    """Return what a change does to the bench's first three readings and to its verdicts, as one sentence."""
    parts = [part for name in bench.hud if (part := _change(before.reading(name), after.reading(name)))]
    failed, fails = _failing(before), _failing(after)
    for words, titles in (
        ("no longer fails", [title for code, title in failed.items() if code not in fails]),
        ("then fails", [title for code, title in fails.items() if code not in failed]),
        ("still fails", [title for code, title in fails.items() if code in failed]),
    ):
        if titles:
            parts.append(f"{words}: {', '.join(titles)}")
    return f"{'; '.join(parts) or 'it changes no reading by a hundredth'}."


def _failing(outcome: Outcome) -> dict[str, str]:
    """Return the titles of what fails by its codes, what binds first; a verdict that holds has another title."""
    return {verdict.code: verdict.title for verdict in outcome.ranked_verdicts() if verdict.level == "fail"}


def _change(before: Reading, after: Reading) -> str:
    old, new = _in_words(before), _in_words(after)
    if old == new or _is_close(before.value, after.value):
        return ""
    return f"{after.label} {old} → {new}"


def _is_close(one: float | str, other: float | str) -> bool:
    return not isinstance(one, str) and not isinstance(other, str) and math.isclose(one, other, rel_tol=NOTICED)


def _in_words(reading: Reading) -> str:
    return reading.value if isinstance(reading.value, str) else in_words(float(reading.value), reading.unit)
