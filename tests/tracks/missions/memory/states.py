"""The memory bench on each of the four tracks, and states of its controls sampled along their own scales."""

from dataclasses import replace

from physics.memory import inference_memory, training_memory
from tests.states import TRACKS, OnTrack, drawn_states
from tracks.edge_guardian.track import EDGE_GUARDIAN
from tracks.missions.memory.bench import BENCH
from tracks.missions.memory.networks import network_of
from tracks.missions.memory.setting import setting_of


class Memory(OnTrack):
    """The bench with the network it trains."""

    def __init__(self, track):
        self.network = network_of(track)
        super().__init__(track, BENCH, lambda state: setting_of(self.network, state))


ON = {track.id: Memory(track) for track in TRACKS}
TITAN, NOMAD, PIONEER = ON["cloud_titan"], ON["mobile_nomad"], ON["tiny_pioneer"]
any_state = drawn_states(*ON.values())


def counted(one, setting):
    """Return what physics counts for a setting, computed without this bench."""
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
        **sample(one, setting),
    )


def served(one, setting):
    """Return what physics counts for inference of the same batch."""
    return inference_memory(one.network.shape, precision=setting.precision, batch=setting.batch, **sample(one, setting))


def held(one, setting):
    """Return the activations of a step: what the backward pass keeps, and not less than the forward pass's layer."""
    return max(counted(one, setting).activations_bytes, served(one, setting).activations_bytes)


def sample(one, setting):
    """Return the size of a sample as physics names it."""
    return {one.network.size: setting.size} if one.network.size else {}


def plugin_track(**model):
    """Return a track that names no kind of network, with another model."""
    texts = {name: text for name, text in EDGE_GUARDIAN.texts.items() if name != "network"}
    return replace(EDGE_GUARDIAN, id="harbour_crane", model=replace(EDGE_GUARDIAN.model, **model), texts=texts)
