"""The bench of tests/plugins with a second engine that takes as long as it is told, fails, or never ends.

The model's size says what the engine does. Every run is told, with its process, in the file that OPINION_MARKS names.
"""

import dataclasses
import os
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from tracks import SecondOpinion, hookimpl
from tracks.api import charts

AGREES, CONTESTS, SLOW, LONG, FAILS, HANGS, STUCK = 1e6, 1e7, 9e8, 1e9, 2e8, 4e8, 8e8
STEP_S = 0.05

spec = spec_from_file_location("downlink_with_patience", Path(__file__).parents[1] / "plugins" / "downlink.py")
downlink = module_from_spec(spec)
spec.loader.exec_module(downlink)


def mark(word, model_bytes):
    name = os.environ.get("OPINION_MARKS")
    if name:
        with Path(name).open("a") as file:
            file.write(f"{word} {os.getpid()} {os.nice(0)} {model_bytes:g}\n")


def second_opinion(track, *, seeds, report, model_bytes, rate_bit_per_s, cached, codec):
    mark(f"begin{seeds}", model_bytes)
    if model_bytes == STUCK:
        list(iter(int, 1))  # holds the interpreter's lock for ever
    while model_bytes == HANGS:
        time.sleep(0.05)
    if model_bytes == FAILS:
        raise RuntimeError("the engine broke")
    for seed in range(seeds):
        time.sleep(STEP_S * (10 if model_bytes >= LONG else 3 if model_bytes >= SLOW else 1))
        report(seed + 1, seeds)
    mark("end", model_bytes)
    return SecondOpinion(
        panel="time",
        figure=charts.figure(charts.curve([1e6, 1e10], [1.0, 1.0], name="patience")),
        sentence=f"The patient engine took {seeds} seeds.",
        wins=model_bytes < CONTESTS,
    )


BENCH = dataclasses.replace(
    downlink.BENCH, id="patience", title="Patience", second_opinion=second_opinion, second_engine="a patient engine"
)


@hookimpl
def edgelab_benches():
    return [BENCH]
