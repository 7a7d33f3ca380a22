"""A case of the paradox: three hundred buoys, in a world of their own."""

from dataclasses import replace

from tracks import Brief, as_case, hookimpl, sourced
from tracks.missions import PARADOX


def at_sea(track):
    """Return the track in the world of the buoys."""
    fleet = replace(
        track.fleet,
        devices=sourced(300, "assumed: the buoys of one bay"),
        raw_bytes_per_device_day=sourced(2e6, "assumed: a spectrum every ten minutes"),
        unit="buoys",
    )
    return replace(track, fleet=fleet)


BUOYS = as_case(
    PARADOX,
    id="buoys",
    title="Buoys: three hundred of them",
    world=at_sea,
    start={"rounds_per_day": 2},
    brief=Brief(
        speaker="Harbour master",
        text="Each buoy hears the sea all day. Fetch it all, it is only a bay.",
        short="Fetch it all?",
    ),
    once=True,
    minutes=6,
    order=0.5,
)


@hookimpl
def edgelab_benches():
    """Register the case beside paradox, on every track."""
    return [BUOYS]
