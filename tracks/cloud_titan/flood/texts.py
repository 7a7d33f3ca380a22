"""What the Personalization Flood asks before the lock: brief and prediction, numbers from track or physics."""

from __future__ import annotations

from collections.abc import Mapping

from physics.serving import lru_hit_rate, static_hit_rate
from tracks.api.controls import Option, Value
from tracks.api.declared import Again
from tracks.api.quantities import three_digits
from tracks.api.teaching import Brief, Prediction, Route, Term, Truth
from tracks.api.track import Track
from tracks.cloud_titan.flood.figures import HITS
from tracks.cloud_titan.flood.setting import GAIN_FLOOR, TARGETS, adapter_bytes, default_setting, node_of
from tracks.common.provenance import quantity_text

PINNED_SHARE = 0.01
PARETO = 0.8  # of the demand, by the 80:20 rule of thumb
STEEP = 1.5  # the exponent of Punica's benchmark


# --- brief -----------------------------------------------------------------------------------------------------------


def brief(track: Track) -> Brief:
    """Return the stakeholder's message, with the track's own texts where it has them."""
    node, start = node_of(track), default_setting(track)
    size = adapter_bytes(start.rank, start.targets)
    text = (
        f"All {quantity_text(node.adapters, track.fleet.unit)} use their adapters since this morning: "
        f"{three_digits(start.request_rate)} requests a second on {node.gpus} GPUs. We promised rank {start.rank}, "
        f"{quantity_text(size, 'B')} each. Loading may add {quantity_text(node.first_token_s, 's')} to 99 of 100 first "
        f"tokens. Keep {quantity_text(node.throughput_share, 'share')} of today’s tokens, and let each adapter gain "
        f"its tenant {quantity_text(GAIN_FLOOR.value, 'points').lstrip('+')}. What do we offer, and where does it live?"
    )
    invariant = (
        f"Three memories, each larger and slower than the last: HBM, host memory behind "
        f"{quantity_text(node.pcie_bytes_per_s, 'B/s')} a card, a drive of "
        f"{quantity_text(node.nvme_bytes_per_s, 'B/s')}. HBM also "
        "holds the weights and the KV cache of the batch, so what adapters take a batch cannot have. A request whose "
        "adapter is in neither memory waits for the drive, and so do all who queue behind it. Accuracy by rank is a "
        "proxy task, small images instead of language: its direction carries over, not its digits."
    )
    return Brief(
        speaker=track.texts.get("crisis_speaker", "CTO"),
        text=track.texts.get("crisis_text", text),
        short=track.texts.get("crisis_short", "The CTO asks which adapters to offer, and in which memory they live."),
        invariant=invariant,
    )


# --- prediction ------------------------------------------------------------------------------------------------------


def scenario(track: Track) -> dict[str, Value]:
    """Return the state that the question is about."""
    return {"eviction": "pinned", "skew": default_setting(track).skew}


def pinned(track: Track) -> int:
    """Return how many adapters the question pins."""
    return max(1, round(PINNED_SHARE * track.fleet.devices))


def predictions(track: Track) -> tuple[Prediction, ...]:
    """Return the bench's one lock: the share of the requests that the hottest 1% of the adapters takes."""
    start, count = default_setting(track), pinned(track)
    skew, size = three_digits(start.skew), adapter_bytes(start.rank, start.targets)
    return (
        Prediction(
            id="pinned_share",
            question=f"Demand is Zipf with s = {skew}. The hottest {quantity_text(PINNED_SHARE, 'share')} of the "
            "adapters are "
            "pinned in memory. What share of the requests finds its adapter there?",
            unit="share",
            low=0.0001,
            high=1.0,
            scenario=scenario(track),
            given=(
                ("Demand", f"p(i) ∝ i^−{skew}, s is assumed"),
                ("Pinned", f"{three_digits(count)} of {three_digits(track.fleet.devices)} adapters"),
                ("Their size", f"{quantity_text(count * size, 'B')} at rank {start.rank} on {TARGETS[start.targets]}"),
            ),
            truth=truth,
            mechanisms=_mechanisms(track),
            right="relative",
            tolerance=0.2,
            marks=marks,
            routes=_routes(track),
            reason="long_tail",
            again=Again(
                values={"skew": (1.0, 0.65, 1.15, 0.9)},
                question=f"Demand is Zipf with the skew s. The hottest {quantity_text(PINNED_SHARE, 'share')} of the "
                "adapters are pinned in memory. What share of the requests finds its adapter there?",
                given=(
                    ("Pinned", f"{three_digits(count)} of {three_digits(track.fleet.devices)} adapters"),
                    ("Demand", "p(i) ∝ i^−s"),
                ),
            ),
        ),
    )


def _top(track: Track, count: int, skew: float) -> float:
    return float(static_hit_rate(track.fleet.devices, skew=skew, capacity=count))


def truth(track: Track, **controls: Value) -> Truth:
    """Return the share of the hottest 1%, and what each decade of popularity adds to it."""
    skew, count = float(controls["skew"]), pinned(track)
    edges = sorted({max(1, count // 100), max(1, count // 10), count})
    shares = [_top(track, edge, skew) for edge in edges]
    terms = [Term(name=f"The hottest {three_digits(edges[0])}", value=shares[0])]
    for low, high, before, after in zip(edges, edges[1:], shares, shares[1:], strict=False):
        terms.append(Term(name=f"The next {three_digits(high - low)}", value=after - before))
    return Truth(value=shares[-1], terms=tuple(terms), combine="sum")


def marks(track: Track, value: float) -> Mapping[str, tuple[float, float]]:
    """Return the point of a predicted share: at the memory that the pinned adapters take at the default rank."""
    start = default_setting(track)
    return {HITS: (pinned(track) * adapter_bytes(start.rank, start.targets), value)}


def _even(track: Track, **controls: Value) -> float:  # noqa: ARG001 - demand without a skew
    return _top(track, pinned(track), 0.0)


def _steep(track: Track, **controls: Value) -> float:  # noqa: ARG001 - at the benchmark's exponent
    return _top(track, pinned(track), STEEP)


def _zipf_of_one(track: Track, **controls: Value) -> float:  # noqa: ARG001 - at the textbook's exponent
    return _top(track, pinned(track), 1.0)


def _eighty_twenty(track: Track, **controls: Value) -> float:  # noqa: ARG001 - a rule of thumb, whatever the setting
    return PARETO


def _recent(track: Track, **controls: Value) -> float:
    return float(lru_hit_rate(track.fleet.devices, skew=float(controls["skew"]), capacity=pinned(track)))


def _routes(track: Track) -> tuple[Route, ...]:
    """Return the tempting ways to another share."""
    skew, count = default_setting(track).skew, pinned(track)
    return (
        Route(
            name="a hundredth of the adapters, a hundredth of the requests",
            value=_even,
            why=f"That is demand without a skew; at s = {three_digits(skew)} the head is hotter.",
        ),
        Route(
            name="the rule that the head takes 80%",
            value=_eighty_twenty,
            why=f"The 80:20 rule speaks of the hottest 20%. The hottest 1% at s = {three_digits(skew)} takes "
            f"{quantity_text(_top(track, count, skew), 'share')}.",
        ),
        Route(
            name="Zipf’s law with s = 1",
            value=_zipf_of_one,
            why=f"That is the exponent of words in a text; here s = {three_digits(skew)}, and the tail weighs more.",
        ),
        Route(
            name=f"a demand as steep as s = {three_digits(STEEP)}",
            value=_steep,
            why=f"One benchmark uses it; at s = {three_digits(skew)} most requests go to the tail.",
        ),
        Route(
            name="a cache of the most recent",
            value=_recent,
            why="Such a cache holds adapters that came once; the pinned ones are chosen by popularity.",
        ),
    )


def _mechanisms(track: Track) -> tuple[Option, ...]:
    skew, count, everyone = default_setting(track).skew, pinned(track), track.fleet.devices
    share, uniform = _top(track, count, skew), _top(track, count, 0.0)
    few = max(1, count // 100)
    recent = float(lru_hit_rate(everyone, skew=skew, capacity=count))
    return (
        Option(
            id="even",
            text="A hundredth of the adapters, a hundredth of the requests",
            feedback=f"That is s = 0, every adapter asked for alike: {quantity_text(uniform, 'share')}. At s = "
            f"{three_digits(skew)} the first is asked for {quantity_text(count**skew, 'x')} as often as the last one "
            "pinned, "
            f"and {quantity_text(share, 'share')} of the requests hit.",
        ),
        Option(
            id="steep",
            text="Popularity is steep: the head takes nearly everything",
            feedback=f"It would at s = {three_digits(STEEP)}, the exponent of one benchmark: "
            f"{quantity_text(_top(track, count, STEEP), 'share')}. At s = {three_digits(skew)} it is "
            f"{quantity_text(share, 'share')}. "
            "No exponent from production is public, so s is the assumption that the answer rests on.",
        ),
        Option(
            id="long_tail",
            text="The head is hot, but the tail is long",
            feedback=f"The hottest {three_digits(few)} take {quantity_text(_top(track, few, skew), 'share')}, the "
            f"{three_digits(count)} pinned {quantity_text(share, 'share')}. Each of the other "
            f"{three_digits(everyone - count)} is rare, and together they make {quantity_text(1 - share, 'share')}. "
            "A hundred "
            "times the memory of the first few buys a few times their hits.",
        ),
        Option(
            id="recency",
            text="Whoever was asked for last is asked for again",
            feedback="Requests are taken as independent here, so the past says nothing beyond popularity. A cache of "
            f"{three_digits(count)} that keeps the most recent hits {quantity_text(recent, 'share')}, less than "
            "pinning: part "
            "of it is always taken by adapters that came once.",
        ),
    )
