"""Plugins as text, and what a registry made of them."""

TWO = ["edge_guardian", "cloud_titan"]


def offers(bench: str) -> str:
    """A plugin that registers one bench."""
    return f"@hookimpl\ndef edgelab_benches():\n    return [{bench}]\n"


def solves(body: str, head: str = "track, *, seed, epochs") -> str:
    """A plugin whose bench solves in its own way."""
    return f"def mine({head}):\n    {body}\n" + offers("replace(BENCH, solve=mine)")


A_GOOD = (
    "@hookimpl\ndef edgelab_tracks():\n    return [replace(TRACK, id='barge', crisis=replace(BENCH, id='storm'))]\n"
    + offers("replace(BENCH, id='uplink')")
)


def picture(registry):
    """Return each track's benches but the crisis of a built-in track, which is the course's own."""
    return {
        track_id: [bench.id for bench in registry.benches(track_id) if not (track_id in TWO and bench.id == "crisis")]
        for track_id in registry.tracks
    }
