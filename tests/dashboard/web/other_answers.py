"""The course with every answer changed, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from tracks.api.bench import Bench
from tracks.api.controls import Option, Value
from tracks.api.demonstration import Peek, PeekLine
from tracks.api.outcome import Outcome, Reading
from tracks.api.teaching import Prediction, Term, Truth
from tracks.api.track import Track
from tracks.loading.registry import Registry


def other_answers(registry: Registry) -> Registry:
    """The same tracks and benches with another outcome, truth, feedback and model answer each."""
    missions = {
        track.id: MappingProxyType({bench.id: other_bench(bench) for bench in registry.benches(track.id)})
        for track in registry.tracks.values()
    }
    return replace(registry, missions=MappingProxyType(missions))


def other_bench(bench: Bench) -> Bench:
    reflection = bench.reflection
    if reflection is not None:
        check = reflection.check
        if check is not None:
            check = replace(check, options=otherwise(check.options), answer=check.options[-1].id)
        reflection = replace(
            reflection, rubric=("q",) * 4, model_answer="q", weak_sample="q", strong_sample="q", check=check
        )

    def solve(track: Track, *, seed: int, **values: Value) -> Outcome:
        return other_outcome(bench.solve(track, seed=seed, **values))

    return replace(
        bench,
        solve=solve,
        predictions=tuple(map(other_prediction, bench.predictions)),
        reflection=reflection,
        peek=lambda *_, **__: Peek(lines=(PeekLine(name="q", equation="q", numbers="q", source="q"),), leaves_out="q"),
    )


def otherwise(options: tuple[Option, ...]) -> tuple[Option, ...]:
    return tuple(replace(option, feedback="q") for option in options)


def other_prediction(item: Prediction) -> Prediction:
    value = item.options[-1].id if item.options else 0.5
    terms = () if item.options else (Term(name="q", value=0.5),)
    return replace(
        item,
        truth=lambda *_, **__: Truth(value=value, terms=terms),
        mechanisms=otherwise(item.mechanisms),
        options=otherwise(item.options),
        marks=None,
    )


def other_outcome(outcome: Outcome) -> Outcome:
    """Other values and words; names and limits stay, since they may be seen."""

    def reading(item: Reading) -> Reading:
        value = "q" if isinstance(item.value, str) else 3 * float(item.value) + 0.12345
        return replace(item, value=value, note="q", formula="q", meaning="q", source="q")

    nothing = {"data": [], "layout": {"shapes": [], "annotations": []}}
    drawings = outcome.panels.items()
    return replace(
        outcome,
        panels={name: replace(item, summary="q", figure=lambda: nothing, point=None) for name, item in drawings},
        readings=tuple(map(reading, outcome.readings)),
        verdicts=tuple(
            replace(
                item,
                title="q",
                measure="q",
                cause="q",
                reading=replace(item.reading, value=item.quantity * 3 + 1),
                fixes=(),
            )
            for item in outcome.verdicts
        ),
    )
