"""A reading names the origin of each input, and says when the student moved it."""

from __future__ import annotations

from tracks.common.provenance import YOUR_SETTING, join_sources, origins


def test_an_input_at_its_default_keeps_its_source_and_a_moved_one_is_the_students() -> None:  # N4
    known = origins(
        {"cap": "Cap: assumed: a contract"},
        (("rounds", "Rounds", 10, 10, "the paper"), ("share", "Share", 0.1, 0.01, "assumed: one in a hundred")),
    )
    assert (
        join_sources(known, "cap", "rounds", "share")
        == f"Cap: assumed: a contract. Rounds: the paper. Share: {YOUR_SETTING}."
    )
