"""The memory bench on each of the four tracks, and states of its controls drawn along their own scales."""

from dataclasses import replace

from hypothesis import strategies as st

from dashboard.missions.memory import BENCH
from dashboard.missions.memory_networks import network_of
from dashboard.missions.memory_setting import setting_of
from physics.memory import training_memory
from tests.dashboard.missions.convergence_states import failures, plain, value_at, verdict
from tracks.cloud_titan import CLOUD_TITAN
from tracks.edge_guardian import EDGE_GUARDIAN
from tracks.mobile_nomad import MOBILE_NOMAD
from tracks.tiny_pioneer import TINY_PIONEER

__all__ = ["NOMAD", "ON", "PIONEER", "TITAN", "any_state", "counted", "failures", "guest", "plain", "verdict"]


class Memory:
    """The bench settled on one track; no dataclass, so that a failing example prints its name and not all its texts."""

    def __init__(self, track):
        self.track = track
        self.bench = BENCH.on(track)
        self.network = network_of(track)

    def __repr__(self):
        return f"memory on {self.track.id}"

    def state(self, **values):
        """Return the defaults with some values replaced, each as its control reads it."""
        return self.bench.read(self.bench.defaults() | values)

    def setting(self, **values):
        """Return the same as the bench's own object."""
        return setting_of(self.network, self.state(**values))

    def run(self, **values):
        """Solve the defaults with some values replaced."""
        return self.bench.run(self.track, self.state(**values))

    def at(self, places):
        """Return the state at places 0..1 along each control's own scale; places beyond the last control are unused."""
        values = {c.id: value_at(c, place) for c, place in zip(self.bench.controls, places, strict=False)}
        return self.bench.read(values)


ON = {track.id: Memory(track) for track in (CLOUD_TITAN, EDGE_GUARDIAN, MOBILE_NOMAD, TINY_PIONEER)}
TITAN, NOMAD, PIONEER = ON["cloud_titan"], ON["mobile_nomad"], ON["tiny_pioneer"]

_place = st.one_of(st.floats(0, 1), st.sampled_from((0.0, 1.0)))
_places = st.tuples(*[_place] * max(len(one.bench.controls) for one in ON.values()))
any_state = st.builds(lambda one, at: (one, one.at(at)), st.sampled_from(list(ON.values())), _places)


def counted(one, setting):
    """Return what physics counts for a setting, asked without this bench."""
    size = {one.network.size: setting.size} if one.network.size else {}
    return training_memory(
        one.network.shape,
        method=setting.method,
        optimizer=setting.optimizer,
        precision=setting.precision,
        batch=setting.batch,
        rank=setting.rank,
        targets="qkvo",
        last=setting.last,
        attention="explicit" if setting.runtime == "stock" else "flash",
        checkpoint=setting.checkpoint,
        runtime=setting.runtime,
        **({"tokens": size["tokens"]} if "tokens" in size else size),
    )


def guest(**model):
    """Return a track whose network nobody named, with another model."""
    texts = {name: text for name, text in EDGE_GUARDIAN.texts.items() if name != "network"}
    return replace(EDGE_GUARDIAN, id="harbour_crane", model=replace(EDGE_GUARDIAN.model, **model), texts=texts)
