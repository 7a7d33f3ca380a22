"""One outcome as the page paints it: every text that moves while dragging, from the one object all parts read.

The hot callback sends this dict once per change and ``scripts/page/painter.js`` writes it into the places that carry
the same names, so no component is rebuilt while a student drags.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NotRequired, TypedDict

from dashboard.rendering.peek import PeekTexts, peek_texts
from tracks.api.bench import Bench
from tracks.api.controls import Choice, Control, Slider, Value
from tracks.api.declared.judged import judged_in_words
from tracks.api.outcome import Outcome, Reading, Verdict
from tracks.api.quantities import digits_apart, in_sentence, in_words, quantity, three_digits
from tracks.api.track import Track

_BEFORE_NUMBER = re.compile(r"(?<=[≤≥]) (?=\d)")
_LONG_UNIT = re.compile(r"[\s\u00a0]+[a-z][a-z ]{3,}$")


class ReadingTexts(TypedDict):
    """One reading; ``bar`` and ``tick`` are shares of its bar's length, None where there is no bar."""

    value: str
    unit: str
    level: str
    note: str
    limit: str
    bar: float | None
    tick: float | None
    formula: str
    meaning: str
    source: str


class TargetTexts(TypedDict):
    """One target of a state in which nothing fails, with its level."""

    level: str
    text: str


class StatusTexts(TypedDict):
    """The status strip: the verdict that binds first and the next that objects, or all targets where nothing fails.

    ``fails`` says whether a hint can be asked for, ``is_limit`` whether its value is the limit that the strip names.
    What a fix would set is never among them: it is asked for.
    """

    level: str
    title: str
    facts: str
    cause: str
    fails: bool
    is_limit: bool
    met: list[TargetTexts]
    also: str
    also_level: str


class BindingTexts(TypedDict):
    """The constraint that binds."""

    level: str
    text: str


class ActTexts(TypedDict):
    """The act in whose world a state stands: its place and title, who speaks, and the alarm."""

    id: str
    title: str
    speaker: str
    alarm: str


class TaskTexts(TypedDict):
    """What is to be found, and whether a state meets it."""

    text: str
    level: str


class BenchTexts(TypedDict):
    """Every text of a bench that moves with the controls; places on the page carry these names.

    ``preview`` says that the state was computed by the bench's preview.
    """

    preview: bool
    summaries: dict[str, str]
    status: StatusTexts
    readings: dict[str, ReadingTexts]
    binding: BindingTexts
    peek: PeekTexts
    advanced: str
    what_if: str
    opinion: str
    task: TaskTexts | None
    act: ActTexts | None


class ControlSpec(TypedDict):
    """What the browser needs of a control: ``min`` to ``unit`` and ``preview`` of a slider, ``texts`` of a choice.

    ``preview`` says that the slider asks for previews while it moves, and for the full answer when it rests.
    """

    label: str
    default: Value
    kind: str
    min: NotRequired[float]
    max: NotRequired[float]
    step: NotRequired[float]
    log: NotRequired[bool]
    whole: NotRequired[bool]
    unit: NotRequired[str]
    preview: NotRequired[bool]
    texts: NotRequired[dict[str, str]]


def reading_texts(reading: Reading) -> ReadingTexts:
    """Return the texts of one reading, the length of its bar and where the limit's tick stands on it."""
    digits = _digits(reading)
    if isinstance(reading.value, str):
        number, unit = reading.value, ""
    else:
        number, unit = quantity(float(reading.value), reading.unit, digits)
    bar, tick = _bar(reading)
    return {
        "value": number,
        "unit": unit,
        "level": reading.level or "",
        "note": _BEFORE_NUMBER.sub("\u00a0", reading.note or limit_words(reading, digits)),  # no line ends after its ≤
        "limit": short_limit(reading),
        "bar": bar,
        "tick": tick,
        "formula": reading.formula,
        "meaning": reading.meaning,
        "source": reading.source,
    }


def _digits(reading: Reading) -> int:
    """Return with how many digits a reading is told apart from its limit."""
    if isinstance(reading.value, str) or reading.limit is None:
        return 3
    return digits_apart(float(reading.value), reading.limit, reading.unit)


def limit_words(reading: Reading, digits: int = 3) -> str:
    """Return a reading's limit in words."""
    if reading.limit is None:
        return "no limit"
    return f"{'≤' if reading.at_most else '≥'} {in_words(reading.limit, reading.unit, digits)}"


def short_limit(reading: Reading) -> str:
    """Return a reading's limit as it stands beside the value, which carries a long unit; "" without a limit."""
    return _LONG_UNIT.sub("", limit_words(reading)) if reading.limit is not None else ""


def _bar(reading: Reading) -> tuple[float | None, float | None]:
    """Bar and tick as shares of the track, None without a limit; factors on a logarithmic bar of six decades."""
    tick = limit_tick(reading)
    if tick is None or reading.limit is None or isinstance(reading.value, str):
        return None, None
    share = float(reading.value) / reading.limit
    decades = math.log10(share) if share > 0 else -math.inf
    length = (decades + 3) / 6 if reading.unit == "x" else share * tick
    return round(min(max(length, 0.0), 1.0), 4), tick


def limit_tick(reading: Reading) -> float | None:
    """Return where the limit stands on a reading's bar, 0..1, or None where there is no bar."""
    if reading.limit is None or isinstance(reading.value, str) or reading.limit <= 0:
        return None
    return 0.5 if reading.unit == "x" else 0.6667


def distance(verdict: Verdict) -> str:
    """Return how far a quantity is from its limit: in points for shares, in percent near it, as a factor far above."""
    if verdict.unit == "share":
        return f"{in_words((verdict.quantity - verdict.limit) * 100, 'points')}"
    if verdict.limit == 0 or verdict.quantity / verdict.limit <= 0:
        return ""
    ratio = verdict.quantity / verdict.limit
    if 0.1 <= ratio <= 10:
        percent = (ratio - 1) * 100
        return f"{'+' if percent >= 0 else ''}{three_digits(percent)}%"
    return f"{three_digits(ratio)}× the limit" if ratio > 1 else ""


def verdict_facts(verdict: Verdict) -> str:
    """Return quantity, limit and gap as one line."""
    gap = distance(verdict)
    return judged_in_words(verdict) + (f" ({gap})" if gap else "")


def status_texts(outcome: Outcome) -> StatusTexts:
    """Return the status strip: the verdict that binds first and the next one that also objects, or all that is met."""
    ranked = outcome.ranked_verdicts()
    if not ranked or ranked[0].level != "fail":
        return _all_met(outcome)
    first = ranked[0]
    others = [verdict for verdict in ranked[1:] if verdict.level != "ok"]
    also = ""
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""  # first, since the end may be cut
        also = f"Also: {in_sentence(others[0].title)}{more}; {verdict_facts(others[0])}"
    return {
        "level": first.level,
        "title": first.title,
        "facts": verdict_facts(first),
        "cause": first.cause,
        "fails": True,
        "is_limit": first.gives_limit,
        "met": [],
        "also": also,
        "also_level": others[0].level if others else "",
    }


def _all_met(outcome: Outcome) -> StatusTexts:
    """Return the strip of a state in which nothing fails: every target, the tightest margin last."""
    loosest = sorted(outcome.verdicts, key=lambda verdict: -verdict.margin)
    warned = [verdict for verdict in outcome.ranked_verdicts() if verdict.level == "warn"]
    return {
        "level": "warn" if warned else "ok",
        "title": _all_met_title(len(loosest) - len(warned), len(warned)),
        "facts": "",
        "cause": f"{warned[0].title}. {warned[0].cause}" if warned else "",
        "fails": False,
        "is_limit": False,
        "met": [{"level": verdict.level, "text": judged_in_words(verdict)} for verdict in loosest],
        "also": "",
        "also_level": "",
    }


def _all_met_title(targets: int, warnings: int) -> str:
    """Count the targets that are met, and the warnings, each of which is no target that is met."""
    title = {0: "Nothing fails", 1: "1 target met" if warnings else "The target is met"}.get(
        targets, f"All {targets} targets met"
    )
    if not warnings:
        return title if targets else "All within limits"
    return f"{title}, {warnings} warning{'s' if warnings > 1 else ''}"


def binding_texts(outcome: Outcome) -> BindingTexts:
    """Return the constraint that binds: the worst verdict by name."""
    ranked = outcome.ranked_verdicts()
    objecting = [verdict for verdict in ranked if verdict.level != "ok"]
    if not objecting:
        return {"level": "ok", "text": "none"}
    return {"level": objecting[0].level or "", "text": objecting[0].title}


def advanced_line(bench: Bench, values: Mapping[str, Value]) -> str:
    """Return what the closed *Advanced* disclosure hides, in a few words."""
    hidden = [control for control in bench.controls if control.group == "advanced"]
    return ", ".join(control.text(values[control.id]) for control in hidden[:3])


def bench_texts(
    bench: Bench,
    track: Track,
    outcome: Outcome,
    values: Mapping[str, Value],
    summaries: Mapping[str, str],
    opinion: str = "",
    *,
    preview: bool = False,
) -> BenchTexts:
    """Return everything on a bench that moves with the controls, except the figures.

    Args:
        summaries: by panel. opinion: the second engine's sentence on this state. preview: whether the outcome is the
            bench's preview.
    """
    peek = bench.peek(track, outcome, **values) if bench.peek else None
    away = bench.away_from_environment(values)
    return {
        "preview": preview,
        "summaries": dict(summaries),
        "status": status_texts(outcome),
        "readings": {reading.id: reading_texts(reading) for reading in outcome.readings},
        "binding": binding_texts(outcome),
        "peek": peek_texts(peek),
        "advanced": advanced_line(bench, values),
        "what_if": _what_if(away),
        "opinion": opinion,
        "task": task_texts(bench, outcome),
        "act": act_texts(bench, values),
    }


def task_texts(bench: Bench, outcome: Outcome) -> TaskTexts | None:
    """Return what is to be found and how far a state is from it, or None where there is no task."""
    if bench.task is None:
        return None
    reading, is_met = outcome.reading(bench.task.reading), bench.task.is_met(outcome)
    where = "met; record it" if is_met else "not yet"
    return {
        "text": f"{bench.task.text} {reading.label} {in_words(float(reading.value), reading.unit)}: {where}.",
        "level": "ok" if is_met else "warn",
    }


def act_texts(bench: Bench, values: Mapping[str, Value]) -> ActTexts | None:
    """Return what the alarm says in a state, or None where the bench has no acts."""
    if not bench.acts:
        return None
    act = bench.act_of(values)
    if act is None:
        alarm = (
            "The world on this page is that of no act; what is recorded here counts for none. Press an act to return."
        )
        return {"id": "", "title": "No act", "speaker": "", "alarm": alarm}
    title = f"Act {bench.acts.index(act) + 1} of {len(bench.acts)}: {act.title}"
    return {"id": act.id, "title": title, "speaker": act.speaker, "alarm": act.alarm}


def _what_if(away: tuple[str, ...]) -> str:
    """Say which environment controls stand elsewhere than the track has them."""
    return f"What if: {', '.join(away)} away from this track’s environment. Such a try cannot win." if away else ""


def control_spec(control: Control, *, preview: bool = False) -> ControlSpec:
    """Return what the browser needs to turn a position into a value and a value into words.

    ``preview`` says whether the bench has a preview.
    """
    if isinstance(control, Slider):
        return {
            "label": control.label,
            "default": control.default,
            "kind": "slider",
            "min": control.minimum,
            "max": control.maximum,
            "step": control.step,
            "log": control.scale == "log",
            "whole": control.whole,
            "unit": control.unit,
            "preview": preview,
        }
    if isinstance(control, Choice):
        texts = {option.id: option.text for option in control.options}
        return {"label": control.label, "default": control.default, "kind": "choice", "texts": texts}
    return {"label": control.label, "default": control.default, "kind": "toggle"}
