"""What the Mesh Update objects to: the air, the power budget, age, other places' sound, SRAM and a weak profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tracks import Fix, Track, Verdict
from tracks.api.outcome import Level
from tracks.api.quantities import in_words, three_digits
from tracks.tiny_pioneer.mesh.fixes import Lever, best_fixes
from tracks.tiny_pioneer.mesh.model.costs import Costs, Quality, costs, quality, rates
from tracks.tiny_pioneer.mesh.readings import (
    AGE_WARN,
    AIR_LIMIT,
    AIR_WARN,
    ERROR_UNIT,
    POWER_WARN,
    age_limit_s,
    worse_limit,
)
from tracks.tiny_pioneer.mesh.setting import FLOOD, HUB, NODES, REMOVED, Setting

SATURATED, OVER_POWER, STALE = "airtime_saturated", "over_power", "stale_mixture"
NEGATIVE, SRAM, WEAK = "negative_transfer", "sram_overflow", "weak_profile"
FAILURES = (SATURATED, OVER_POWER, STALE, NEGATIVE, SRAM, WEAK)

# A tenth of the target weighs as much as a budget twice over, so that silence, which only misses the target, does not
# look closer to a win than a design that listens too long.
ERROR_SCALE = 0.1
COMFORT = 0.2  # the margin at which air, power and age no longer warn

_DOWN, _UP = -1, 1
_ANY = _TO_BEST = 0
_LEVERS: dict[str, tuple[Lever, ...]] = {
    SATURATED: (
        ("payload_bytes", _DOWN),
        ("period_s", _UP),
        ("duty", _UP),
        ("coding", _DOWN),
        ("fan_out", _DOWN),
        ("mode", _ANY),
    ),
    OVER_POWER: (("duty", _DOWN), ("period_s", _UP), ("payload_bytes", _DOWN), ("coding", _DOWN), ("mode", _ANY)),
    STALE: (
        ("rounds", _DOWN),
        ("period_s", _DOWN),
        ("payload_bytes", _DOWN),
        ("duty", _UP),
        ("mode", _ANY),
    ),
    NEGATIVE: (("rounds", _DOWN), ("rounds", _TO_BEST), ("coding", _UP), ("mode", _ANY)),
    SRAM: (("payload_bytes", _DOWN), ("coding", _DOWN), ("fan_out", _DOWN), ("mode", _ANY)),
    WEAK: (
        ("rounds", _TO_BEST),
        ("payload_bytes", _UP),
        ("coding", _UP),
        ("mode", _ANY),
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Measure:
    """What one verdict measures in a state, against what, and in which units its margin is counted."""

    quantity: float
    limit: float
    warn: float
    scale: float

    @property
    def margin(self) -> float:
        """As ``Verdict.margin`` counts it."""
        return (self.limit - self.quantity) / self.scale

    @property
    def level(self) -> Level:
        """How the quantity stands to its limit."""
        return "fail" if self.quantity > self.limit else "warn" if self.quantity > self.warn else "ok"


def _cost_measures(track: Track, spent: Costs) -> dict[str, _Measure]:
    power, age = track.device.learning_power_w, age_limit_s(track)
    return {
        SATURATED: _Measure(quantity=spent.saturation, limit=AIR_LIMIT, warn=AIR_WARN, scale=AIR_LIMIT),
        OVER_POWER: _Measure(quantity=spent.power_w, limit=power, warn=POWER_WARN * power, scale=power),
        STALE: _Measure(quantity=spent.age_s, limit=age, warn=AGE_WARN * age, scale=age),
        SRAM: _Measure(quantity=spent.sram, limit=spent.sram_free, warn=spent.sram_free, scale=spent.sram_free),
    }


def _quality_measures(track: Track, setting: Setting, good: Quality) -> dict[str, _Measure]:
    worse, target = worse_limit(track), setting.target
    return {
        NEGATIVE: _Measure(quantity=good.worse, limit=worse, warn=worse, scale=worse),
        WEAK: _Measure(quantity=good.error, limit=target, warn=target, scale=ERROR_SCALE * target),
    }


def verdicts(track: Track, setting: Setting, spent: Costs, good: Quality, *, seed: int) -> tuple[Verdict, ...]:
    """Return the six judgements, each at its level."""
    found = {**_cost_measures(track, spent), **_quality_measures(track, setting, good)}
    words = _words(setting, spent, good)

    def fixes(code: str) -> tuple[Fix, ...]:
        level = found[code].level
        if level == "ok":
            return ()
        return _fixes(track, setting, code, level=level, best_round=good.best_round, seed=seed)

    return tuple(
        Verdict(
            code=code,
            level=found[code].level,
            title=fine if found[code].level == "ok" else title,
            measure=measure,
            quantity=found[code].quantity,
            limit=found[code].limit,
            unit=unit,
            scale=found[code].scale,
            cause=cause(),
            fixes=fixes(code),
        )
        for code, (title, fine, measure, unit, cause) in words.items()
    )


def _fixes(track: Track, setting: Setting, code: str, *, level: Level, best_round: int, seed: int) -> tuple[Fix, ...]:
    device = rates(track)

    def measures(after: Setting) -> dict[str, _Measure]:
        spent = _cost_measures(track, costs(after, device))
        return {**spent, **_quality_measures(track, after, quality(track, after, seed=seed))}

    def margin(after: Setting) -> float:
        if code in (NEGATIVE, WEAK):
            return _quality_measures(track, after, quality(track, after, seed=seed))[code].margin
        return _cost_measures(track, costs(after, device))[code].margin

    def others_failing(after: Setting) -> int:
        return sum(found.level == "fail" for name, found in measures(after).items() if name != code)

    return best_fixes(
        setting,
        _LEVERS[code],
        goal=COMFORT if level == "warn" else 0.0,
        best_round=best_round,
        margin=margin,
        others_failing=others_failing,
    )


# --- in words --------------------------------------------------------------------------------------------------------

_Words = tuple[str, str, str, str, Callable[[], str]]  # title, title when it is well, measure, unit, cause


def _words(setting: Setting, spent: Costs, good: Quality) -> dict[str, _Words]:
    return {
        SATURATED: (
            "Airtime saturated",
            "Room on the air",
            "Traffic / windows",
            "x",
            partial(_air_cause, setting, spent),
        ),
        OVER_POWER: (
            "Over the power budget",
            "Within the power budget",
            "Learning and radio",
            "W",
            partial(_power_cause, setting, spent),
        ),
        STALE: ("Stale mixture", "Fresh profile", "Profile age", "s", partial(_age_cause, setting, spent)),
        NEGATIVE: (
            "Negative transfer",
            "No harm done",
            "Worse than local-only",
            "share",
            partial(_negative_cause, setting, good),
        ),
        SRAM: (
            "SRAM overflow",
            "Fits in SRAM",
            "Adapters held at once",
            "iB",
            partial(_sram_cause, setting, spent),
        ),
        WEAK: (
            "Weak profile",
            "Profile worth its radio",
            "Profile error",
            ERROR_UNIT,
            partial(_weak_cause, setting, good),
        ),
    }


def _air_cause(setting: Setting, spent: Costs) -> str:
    if not setting.talks:
        return "Nobody sends: 0 s of traffic."
    if setting.mode == FLOOD:
        return (
            f"{NODES} adapters, each repeated by {setting.relays} relays in range, take {in_words(spent.air_s, 's')}."
        )
    who = "A hub and its cell" if setting.mode == HUB else f"{setting.relays + 1} nodes in range of each other"
    return f"{who} need {in_words(spent.air_s, 's')} of air in a round."


def _power_cause(setting: Setting, spent: Costs) -> str:
    if spent.sending_w > spent.listening_w:
        return f"Sending draws {in_words(spent.sending_w, 'W')} on the node that sends most."
    if not setting.talks:
        return f"Learning alone draws {in_words(spent.learning_w, 'W')}."
    return f"Listening {in_words(setting.duty, 'share')} of the time draws {in_words(spent.listening_w, 'W')}."


def _age_cause(setting: Setting, spent: Costs) -> str:
    if not setting.talks:
        return f"Learning alone takes {in_words(spent.learning_s, 's')}."
    rounds = f"{setting.rounds} {'round' if setting.rounds == 1 else 'rounds'}"
    return f"{rounds} of {in_words(spent.round_s, 's')} pass before a profile is finished."


def _negative_cause(setting: Setting, good: Quality) -> str:
    if not setting.talks:
        return "Nobody listens, so 0% are worse than alone."
    if good.rounded > good.foreign:
        return f"Coding adds {three_digits(good.rounded)} {ERROR_UNIT} to every profile."
    return f"Other places’ sound adds {three_digits(good.foreign)} {ERROR_UNIT} in the mean, and most at the doors."


def _sram_cause(setting: Setting, spent: Costs) -> str:
    own = in_words(setting.payload_bytes, "B")
    if not setting.talks:
        return f"One adapter of {own} is held."
    return f"An adapter of {own} is held with its 16-bit sum and those under way, {in_words(spent.sram, 'iB')}."


def _weak_cause(setting: Setting, good: Quality) -> str:
    terms = (
        (good.noise, "Noise of single estimates", "is left"),
        (good.foreign, "Other places’ sound", "is mixed in"),
        (good.rounded, "Coding", "is added"),
        (good.coarse, f"An adapter of {in_words(setting.payload_bytes, 'B')}", ""),
    )
    size, name, what = max(terms, key=lambda term: term[0])
    wanted = in_words(REMOVED, "share")
    if name.startswith("An adapter"):
        return f"{name} leaves {three_digits(size)} {ERROR_UNIT} unsaid; {wanted} of the factory’s error must go."
    return f"{name}: {three_digits(size)} {ERROR_UNIT} {what}; {wanted} of the factory’s error must go."
