"""The verdicts of the Mesh Update: the air, the power budget, age, other places' sound, SRAM and a weak profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracks import Reading, Verdict
from tracks.api.quantities import in_words, three_digits
from tracks.tiny_pioneer.mesh.fixes import fixes
from tracks.tiny_pioneer.mesh.readings import ERROR_UNIT
from tracks.tiny_pioneer.mesh.setting import FLOOD, HUB, NODES, REMOVED
from tracks.tiny_pioneer.mesh.state import NEGATIVE, OVER_POWER, SATURATED, SRAM, STALE, WEAK, State


def verdicts(state: State, readings: tuple[Reading, ...]) -> tuple[Verdict, ...]:
    """Return the six judgements, each at its level, with its fixes unless its level is "ok"."""
    by_id = {reading.id: reading for reading in (*readings, *_of_no_card(state))}
    return tuple(
        Verdict(
            code=code,
            reading=by_id[texts.reading],
            title=texts.fine if state.limits[code].level == "ok" else texts.title,
            measure=texts.measure or by_id[texts.reading].label,
            cause=texts.cause(state),
            fixes=fixes(code, state),
        )
        for code, texts in _TEXTS.items()
    )


def _of_no_card(state: State) -> tuple[Reading, Reading]:
    """Return the two numbers that are judged without a card of their own."""
    return (
        Reading.of(state.limits[NEGATIVE], id="worse_than_local", label="Worse than local", unit="share"),
        Reading.of(state.limits[SRAM], id="adapters_held", label="Adapters held", unit="iB"),
    )


# --- in words --------------------------------------------------------------------------------------------------------


def _air_cause(state: State) -> str:
    setting, spent = state.setting, state.costs
    if not setting.talks:
        return "Nobody sends: 0 s of traffic."
    if setting.mode == FLOOD:
        return (
            f"{NODES} adapters, each repeated by {setting.relays} relays in range, take {in_words(spent.air_s, 's')}."
        )
    who = "A hub and its cell" if setting.mode == HUB else f"{setting.relays + 1} nodes in range of each other"
    return f"{who} need {in_words(spent.air_s, 's')} of air in a round."


def _power_cause(state: State) -> str:
    setting, spent = state.setting, state.costs
    if spent.sending_w > spent.listening_w:
        return f"Sending draws {in_words(spent.sending_w, 'W')} on the node that sends most."
    if not setting.talks:
        return f"Learning alone draws {in_words(spent.learning_w, 'W')}."
    return f"Listening {in_words(setting.duty, 'share')} of the time draws {in_words(spent.listening_w, 'W')}."


def _age_cause(state: State) -> str:
    setting, spent = state.setting, state.costs
    if not setting.talks:
        return f"Learning alone takes {in_words(spent.learning_s, 's')}."
    rounds = f"{setting.rounds} {'round' if setting.rounds == 1 else 'rounds'}"
    return f"{rounds} of {in_words(spent.round_s, 's')} pass before a profile is finished."


def _negative_cause(state: State) -> str:
    setting, good = state.setting, state.quality
    if not setting.talks:
        return "Nobody listens, so 0% are worse than alone."
    if good.rounded > good.foreign:
        return f"Coding adds {three_digits(good.rounded)} {ERROR_UNIT} to every profile."
    return f"Other places’ sound adds {three_digits(good.foreign)} {ERROR_UNIT} in the mean, and most at the doors."


def _sram_cause(state: State) -> str:
    setting, spent = state.setting, state.costs
    own = in_words(setting.payload_bytes, "B")
    if not setting.talks:
        return f"One adapter of {own} is held."
    return f"An adapter of {own} is held with its 16-bit sum and those under way, {in_words(spent.sram, 'iB')}."


def _weak_cause(state: State) -> str:
    setting, good = state.setting, state.quality
    terms = (
        (good.noise, "Noise of single estimates", "is left"),
        (good.foreign, "Other places’ sound", "is mixed in"),
        (good.rounded, "Coding", "is added"),
        (good.coarse, f"An adapter of {in_words(setting.payload_bytes, 'B')}", ""),
    )
    size, name, what = max(terms, key=lambda term: term[0])
    wanted = in_words(REMOVED.value, "share")
    if name.startswith("An adapter"):
        return f"{name} leaves {three_digits(size)} {ERROR_UNIT} unsaid; {wanted} of the factory’s error must go."
    return f"{name}: {three_digits(size)} {ERROR_UNIT} {what}; {wanted} of the factory’s error must go."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Texts:
    """The texts of a verdict: its title, the title at level "ok", the reading it judges, what that is, and why."""

    title: str
    fine: str
    reading: str
    cause: Callable[[State], str]
    measure: str = ""


_TEXTS = {
    SATURATED: _Texts(
        title="Airtime saturated",
        fine="Room on the air",
        reading="air",
        measure="Traffic / windows",
        cause=_air_cause,
    ),
    OVER_POWER: _Texts(
        title="Over the power budget", fine="Within the power budget", reading="power", cause=_power_cause
    ),
    STALE: _Texts(title="Stale mixture", fine="Fresh profile", reading="age", cause=_age_cause),
    NEGATIVE: _Texts(
        title="Negative transfer",
        fine="No harm done",
        reading="worse_than_local",
        measure="Worse than local-only",
        cause=_negative_cause,
    ),
    SRAM: _Texts(
        title="SRAM overflow",
        fine="Fits in SRAM",
        reading="adapters_held",
        measure="Adapters held at once",
        cause=_sram_cause,
    ),
    WEAK: _Texts(title="Weak profile", fine="Profile worth its radio", reading="error", cause=_weak_cause),
}
