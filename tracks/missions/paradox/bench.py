"""The first bench of every mission: is it cheaper to move the data or the model?"""

from __future__ import annotations

from tracks import Bench, Outcome, Preset, Recorded, Track, Value
from tracks.api.declared import TextKey, brief_texts
from tracks.common import declared
from tracks.missions.paradox import closing, texts
from tracks.missions.paradox.controls import controls
from tracks.missions.paradox.figures import COMPRESSED, TRAFFIC, compression_drawing, panels, traffic_drawing
from tracks.missions.paradox.readings import HUD, readings
from tracks.missions.paradox.setting import setting_of
from tracks.missions.paradox.state import FAILURES, evaluate
from tracks.missions.paradox.task import task
from tracks.missions.paradox.traffic import moves_a_part
from tracks.missions.paradox.verdicts import verdicts


def presets(track: Track) -> tuple[Preset, ...]:
    """Return the whole model, where only a part moves."""
    if not moves_a_part(track):
        return ()
    whole = float(track.model.weights_bytes)
    note = texts.whole_model_note(track)
    return (Preset(id="whole_model", label="whole model", values={"moved_bytes": whole}, note=note),)


def solve(track: Track, *, seed: int, **values: Value) -> Outcome:  # noqa: ARG001 - means, not draws
    """Return readings, verdicts and both figures for one state, from one pass through the traffic model."""
    state = evaluate(track, setting_of(values))
    shown = readings(state)
    return Outcome(
        panels={TRAFFIC: traffic_drawing(state), COMPRESSED: compression_drawing(state)},
        readings=shown,
        verdicts=verdicts(state, shown),
        decision=values,
    )


BENCH = Bench(
    id="paradox",
    title="Paradox: is it cheaper to move the data or the model?",
    brief=texts.brief,
    controls=controls,
    panels=panels,
    solve=solve,
    predictions=texts.predictions,
    observation=closing.OBSERVATION,
    reflection=closing.reflection,
    hud=HUD,
    failures=FAILURES,
    presets=presets,
    peek=closing.peek,
    exploratory=True,
    task=task,
    texts=(
        *brief_texts("paradox"),
        declared.RAW_NAME,
        declared.DEVICE_SINGULAR,
        TextKey(name="cloud_request", meaning="what one request to a cloud carries", otherwise="one request"),
    ),
    order=1,
    minutes=10,
    record=(
        Recorded(id="context", label="Context", decision="context"),
        Recorded(id="participating_share", label="Participating share", decision="participation", unit="share"),
        Recorded(id="compression", label="Compression", decision="compression", unit="x"),
        Recorded(id="daily_bytes", label="Moved by the fleet in a day", reading="day_federated"),
    ),
)
