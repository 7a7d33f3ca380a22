"""What would give a bench's answers away, and the reading of responses for it."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from werkzeug.test import TestResponse

from dashboard.rendering.figures.style import ticks
from dashboard.rendering.texts import limit_words, reading_texts, verdict_facts
from tracks.api.bench import Bench
from tracks.api.controls import Slider, Value
from tracks.api.outcome import Outcome
from tracks.api.quantities import in_words, quantity
from tracks.api.teaching import Prediction
from tracks.api.track import Track

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]\w)")
UNSAID = ("Set-Cookie", "Date", "Content-Length", "Edgelab-Student", "Edgelab-Saved")  # chance and clock


def exactly(value: float) -> str | None:
    """Four digits of a number, or None where it has fewer and might be any number."""
    if not math.isfinite(value) or value == 0 or float(f"{value:.3g}") == value:
        return None
    return f"{abs(value):.3e}"


@dataclass
class Answers:
    """Sentences, written numbers ("6.35 min"), numbers that stand alone ("6.35") and bare ones, each with its kinds."""

    sentences: dict[str, set[str]] = field(default_factory=dict)
    written: dict[str, set[str]] = field(default_factory=dict)
    alone: dict[str, set[str]] = field(default_factory=dict)
    bare: dict[str, set[str]] = field(default_factory=dict)

    def say(self, kind: str, *texts: str) -> None:
        for text in texts:
            if text:
                self.sentences.setdefault(text, set()).add(kind)

    def count(self, kind: str, *values: Any, unit: str | None = None) -> None:
        for value in values:
            if isinstance(value, (str, bool)):
                continue
            key = exactly(float(value))
            if key:
                self.bare.setdefault(key, set()).add(kind)
            if unit is not None:
                number, name = quantity(float(value), unit)
                if len(number.strip("0.−+")) > 1:
                    self.alone.setdefault(number, set()).add(kind)
                if name:
                    self.written.setdefault(in_words(float(value), unit), set()).add(kind)

    def __sub__(self, seen: Answers) -> Answers:
        """What is left when all that may be seen is taken away."""
        text = "\n".join(seen.sentences)
        kept = {item: kinds for item, kinds in self.sentences.items() if item not in text}
        written = {
            item: k for item, k in self.written.items() if item not in seen.written and not stands_in(item, text)
        }
        alone = {item: k for item, k in self.alone.items() if item not in seen.alone}
        return Answers(kept, written, alone, {item: k for item, k in self.bare.items() if item not in seen.bare})

    def kinds(self) -> set[str]:
        return set().union(*(k for part in self._parts() for k in part.values()))

    def _parts(self) -> tuple[dict[str, set[str]], ...]:
        return self.sentences, self.written, self.alone, self.bare

    def found_in(self, answer: TestResponse) -> Iterator[tuple[str, str]]:
        """Yield (kind, what was found) for every answer that a response gives away."""
        pattern = re.compile("|".join(bounded(item) for item in self.written) or r"(?!)")
        for leaf in leaves(answer):
            if isinstance(leaf, str):
                hits = [(kinds, item) for item, kinds in self.sentences.items() if item in leaf]
                hits += [(self.written[match], match) for match in pattern.findall(leaf)]
                hits += [(self.alone[leaf.strip()], leaf)] if leaf.strip() in self.alone else []
                numbers = [(exactly(float(text)), text) for text in NUMBER.findall(leaf)]
            else:
                hits, numbers = [], [(exactly(float(leaf)), repr(leaf))]
            hits += [(self.bare[key], text) for key, text in numbers if key in self.bare]
            for kinds, item in hits:
                yield from ((kind, item[:90]) for kind in kinds)


def bounded(item: str) -> str:
    return rf"(?<![\w.,\u202f−]){re.escape(item)}(?![\w.])"


def stands_in(item: str, text: str) -> bool:
    return re.search(bounded(item), text) is not None


def leaves(answer: TestResponse) -> Iterator[str | float]:
    """Every text and number of a response: headers, then its JSON part by part, or its text whole."""
    yield from (f"{name}: {value}" for name, value in answer.headers.items() if name not in UNSAID)
    if answer.is_json:
        yield from _json_leaves(answer.get_json())
    else:
        yield answer.get_data().decode(errors="replace")


def _json_leaves(part: Any) -> Iterator[str | float]:
    if isinstance(part, dict):
        if "bdata" in part:  # plotly's arrays
            yield from np.frombuffer(base64.b64decode(part["bdata"]), dtype=part["dtype"]).tolist()
        for name, item in part.items():
            yield from () if name == "bdata" else (name, *_json_leaves(item))
    elif isinstance(part, (list, tuple, np.ndarray)):
        for item in part:
            yield from _json_leaves(item)
    elif isinstance(part, str):
        yield from _json_leaves(json.loads(part)) if part[:1] in '{["' and _is_json(part) else (part,)
    elif isinstance(part, (int, float)) and not isinstance(part, bool):
        yield float(part)


def _is_json(text: str) -> bool:
    try:
        return not isinstance(json.loads(text), str)
    except ValueError:
        return False


# --- one bench -------------------------------------------------------------------------------------------------------


def answers_of(track: Track, bench: Bench, constants: Iterable[float]) -> Answers:
    """Return all that a student of an unlocked bench must not be sent; ``constants`` are those of all tracks."""
    told = Answers()
    for values in states(bench):
        outcome = bench.run(track, values)
        _outcome(told, outcome)
        if bench.peek:
            told.say("peek", *(line.numbers for line in bench.peek(track, outcome, **values).lines))
    truths = Answers()
    for item in bench.predictions:
        truth = bench.truth(track, item)
        truths.count("truth", truth.value, unit=item.unit)
        told.count("term", *(term.value for term in truth.terms), unit=item.unit if truth.combine == "sum" else "")
        told.say("feedback", *(option.feedback for option in (*item.mechanisms, *item.options)))
        for route, value in bench.routes(track, item):
            told.say("route", route.name, route.why)
            told.count("route", value)
        case = bench.case(track, item)
        told.say("case", *(cell for row in case.rows for cell in row if " " in str(cell)) if case else ())
    _texts(told, bench)
    left = told - visible(track, bench, constants)
    # What is asked for is no input, whatever else is one.
    for part, more in zip(left._parts(), truths._parts(), strict=True):
        for name, kinds in more.items():
            part.setdefault(name, set()).update(kinds)
    return left


def states(bench: Bench) -> list[dict[str, Value]]:
    """The defaults, and the state of every question."""
    return [bench.defaults(), *({**bench.defaults(), **item.scenario} for item in bench.predictions)]


def _outcome(told: Answers, outcome: Outcome) -> None:
    for drawing in outcome.panels.values():
        told.say("summary", drawing.summary)
        told.count("point", *(drawing.point or ()))
        figure = drawing.figure()
        for trace in figure["data"]:
            told.count("figure", *np.asarray(trace["x"], float).tolist(), *np.asarray(trace["y"], float).tolist())
        written = (text for note in figure["layout"]["annotations"] for text in note.get("texts") or (note["text"],))
        told.say("figure", *(text for text in written if " " in text))
        told.count("table", *(cell for row in drawing.table().rows for cell in row))
    for reading in outcome.readings:
        told.count("reading", reading.value, unit=reading.unit)
        shown = reading_texts(reading)
        told.say("reading", shown["formula"], shown["meaning"])
        told.say("note", shown["note"] if " " in shown["note"] else "")
    for verdict in outcome.verdicts:
        told.count("verdict", verdict.quantity, unit=verdict.unit)
        told.say("verdict", verdict.title, verdict.cause, verdict_facts(verdict))


def _texts(told: Answers, bench: Bench) -> None:
    if bench.observation:
        told.say("feedback", *(option.feedback for option in bench.observation.options))
    if bench.reflection:
        told.say("model answer", bench.reflection.model_answer)
        told.say("sample", bench.reflection.weak_sample, bench.reflection.strong_sample)
        told.say("rubric", *(point for point in bench.reflection.rubric if len(point) > 8))
        if bench.reflection.check:
            told.say("feedback", *(option.feedback for option in bench.reflection.check.options))


def visible(track: Track, bench: Bench, constants: Iterable[float]) -> Answers:
    """Return what a student may see before the lock: the question, its inputs, the limits, the axes."""
    seen = Answers()
    brief = bench.brief
    seen.say("text", brief.text, brief.short, brief.invariant, bench.title, *track.sources.values(), track.wall)
    seen.count("constant", *constants, unit="")  # stands alone in the table of a track's constants
    seen.count("tolerance", *(a.tolerance for a in bench.predictions))
    for control in bench.controls:
        seen.say("text", control.label, control.text(control.default))
        if isinstance(control, Slider):
            ends = (control.minimum, control.maximum, control.default)
            seen.count("control", *ends, unit=control.unit)
            seen.count("control", *(math.log10(v) for v in ends if v > 0))
            low, high, here = (control.position(value) for value in ends)
            seen.count("control", (here - low) / (high - low))  # where the mark of the default stands
    for item in bench.predictions:
        _asked(seen, bench, item)
    for preset in bench.presets:
        seen.count("preset", *preset.values.values())
    for panel in (drawn for one in bench.panels for drawn in (one, *one.views)):
        seen.say("text", panel.question, panel.waiting, *(panel.x.categories + panel.y.categories))
        seen.count("axis", panel.x.low, panel.x.high, panel.y.low, panel.y.high)
        seen.say("tick", *ticks(panel.x)[1], *ticks(panel.y)[1])  # laid out once, whatever the outcome
        layout = panel.limits()["layout"] if panel.limits else {"shapes": (), "annotations": ()}
        ends = [shape.get(name, 0.0) for shape in layout["shapes"] for name in ("value", "low", "high")]
        seen.count("limit", *ends)
        for note in layout["annotations"]:
            seen.say("limit", note["text"], re.sub("<[^>]*>", "", note["text"]))
    for reading in bench.run(track, bench.defaults()).readings:
        seen.say("limit", reading.label, limit_words(reading))
        if reading.limit is not None:
            seen.count("limit", reading.limit, unit=reading.unit)
    return seen


def _asked(seen: Answers, bench: Bench, item: Prediction) -> None:
    controls = bench.control_map()
    seen.say("text", item.question, *(text for pair in item.given for text in pair))
    seen.say("text", *(option.text for option in (*item.mechanisms, *item.options)))
    for name, value in item.scenario.items():
        seen.say("text", controls[name].text(value))
        if isinstance(controls[name], Slider):
            seen.count("scenario", value, unit=controls[name].unit)
