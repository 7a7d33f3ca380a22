"""One bench on one track: every part that may depend on the track is settled, called as the lab will, and run once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from tracks.api.bench import Bench
from tracks.api.checks import check_text
from tracks.api.declared import check_has_what_is_read
from tracks.api.demonstration import Demonstration
from tracks.api.track import Track
from tracks.loading.closely import check_closely
from tracks.loading.discovery import PluginRefused, error_text
from tracks.loading.isolation.process import PluginProcess
from tracks.loading.isolation.stand_ins import contained


def working(bench: Bench, track: Track, process: PluginProcess | None = None) -> Bench:
    """Return the bench for the track, after one run at its defaults, a preview where it has one, and every truth.

    A demonstration is drawn at its defaults and at its sliders' ends. With a process its functions are called there,
    here and by whoever uses the bench, and it is looked at more closely.
    """
    if process is not None:
        process.settle(bench.id, track)  # first where it can do no harm
    settled = bench.on(track)
    check_has_what_is_read(bench, track)
    names = [control.id for control in settled.controls]
    _check_keywords("solve", settled.solve, ["seed", *names])
    if settled.preview is not None:
        _check_keywords("preview", settled.preview, ["seed", "fixes", *names])
    for prediction in settled.predictions:
        _check_keywords(f"the truth of prediction '{prediction.id}'", prediction.truth, names)
        for route in prediction.routes:
            _check_keywords(f"route '{route.name}' of prediction '{prediction.id}'", route.value, names)
        if prediction.case is not None:
            _check_keywords(f"the case of prediction '{prediction.id}'", prediction.case, names)
    if settled.run_view is not None:
        _check_keywords("the rounds of its run view", settled.run_view.rounds, names)
        _check_keywords("the drawing of its run view", settled.run_view.draw, ["seed", "round", *names])
    if process is not None:
        settled = contained(settled, track, process)
    # A full answer that is slow enough to have a preview is left to the first page and to the certificate.
    first = settled.run(track, settled.defaults(), preview=True, fixes=settled.preview is None)
    for code, said in settled.consequences.items():
        check_text(f"Bench '{bench.id}'", f"what '{code}' says", said(track, first))
    for act in settled.acts[1:]:
        settled.run(track, {**settled.defaults(), **act.world}, preview=True, fixes=settled.preview is None)
    for prediction in settled.predictions:
        settled.truth(track, prediction)
        settled.routes(track, prediction)
        settled.case(track, prediction)
    if settled.demonstration is not None:
        _check_demonstration(settled.demonstration)
    if settled.run_view is not None:
        settled.run_view.count(track, settled.defaults())
    if process is not None:
        check_closely(settled, track)
        process.look()
    return settled


def _check_demonstration(demonstration: Demonstration) -> None:
    """Draw a demonstration where it is tried; an error says at which values."""
    for values in demonstration.states():
        try:
            demonstration.drawn(values).figure()
        except Exception as problem:  # a plugin's figure may raise anything
            at = ", ".join(f"{name} {value:g}" for name, value in values.items())
            raise PluginRefused(f"its demonstration cannot be drawn at {at}: {error_text(problem)}") from problem


def _check_keywords(owner: str, function: Callable[..., Any], names: Sequence[str]) -> None:
    """Refuse a function that cannot be called as ``function(track, **names)``, naming the keyword."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # some compiled functions have no signature; a run shows the error
        return
    keywords = {p.name: p for p in parameters[1:] if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)}
    for name in names:
        if name not in keywords and not any(p.kind is p.VAR_KEYWORD for p in parameters):
            raise PluginRefused(
                f"{owner} does not accept the keyword '{name}'; it needs track, then {', '.join(names)} by name"
            )
    for name, parameter in keywords.items():
        if parameter.default is parameter.empty and name not in names:
            raise PluginRefused(f"{owner} needs the keyword '{name}', which is no control; add a control or a default")
