"""The Mesh Update on its own track, and states of its controls sampled along their own scales."""

from dataclasses import replace

from tests.states import OnTrack, drawn_states
from tracks.tiny_pioneer.mesh.closing import ALIKE, DIFFERENT, GOSSIP_DESIGN, HUB_DESIGN
from tracks.tiny_pioneer.mesh.setting import setting_of
from tracks.tiny_pioneer.track import TINY_PIONEER

__all__ = ["ALIKE", "DIFFERENT", "GOSSIP_DESIGN", "HUB_DESIGN", "PIONEER", "mesh_of"]

CODES = (
    "airtime_saturated",
    "over_power",
    "stale_mixture",
    "negative_transfer",
    "sram_overflow",
    "weak_profile",
)


def mesh_of(track):
    """Return the mesh bench for a track."""
    return OnTrack(track, track.crisis, setting_of)


PIONEER = mesh_of(TINY_PIONEER)
DECISIONS = PIONEER.decisions()
any_state = drawn_states(PIONEER).map(lambda drawn: drawn[1])


def plugin_mesh(*, targets=None, **device):
    """Return the mesh on a track with no texts of its own, another device and, where given, other targets."""
    return mesh_of(
        replace(
            TINY_PIONEER,
            id="harbour_crane",
            texts={},
            device=replace(TINY_PIONEER.device, **device),
            targets=targets or TINY_PIONEER.targets,
        )
    )
