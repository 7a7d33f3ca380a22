"""The fixes of the Personalization Flood: the changes that are proposed, and the limits after each change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache, partial

from tracks.api.fixes import best_fixes, changed, distance_on
from tracks.api.outcome import Fix, Limit
from tracks.cloud_titan.flood.model.changes import sweep
from tracks.cloud_titan.flood.model.serving import serve
from tracks.cloud_titan.flood.setting import BATCH, HBM, HOST, RANK, Node, Setting
from tracks.cloud_titan.flood.state import LATE, SLOW, STARVED, THIN, THRASH, State, limits_of

PINNED = Fix(control="eviction", value="pinned")
# The controls that act on each limit.
ACTING = {
    THRASH: ("rank", "targets", "hbm_bytes", "host_bytes", "eviction"),
    LATE: ("rank", "targets", "hbm_bytes", "host_bytes", "eviction"),
    STARVED: ("hbm_bytes", "batch"),
    SLOW: ("rank", "targets", "hbm_bytes", "batch"),
    THIN: ("rank", "targets"),
}
_SCALES = {"rank": RANK, "hbm_bytes": HBM, "host_bytes": HOST, "batch": BATCH}


def fixes(code: str, state: State) -> tuple[Fix, ...]:
    """Return up to three changes that help a limit, best first; none where its level is "ok"."""
    now = state.limits[code]
    if now.level == "ok":
        return ()

    left = _left(state.node, state.setting, pinned=_pinning_helps(code, state.setting))

    def failing(fix: Fix) -> int:
        return sum(limit.level == "fail" for name, limit in left[fix].items() if name != code)

    return best_fixes(
        now,
        candidates(code, state),
        lambda fix: left[fix][code],
        failing=failing,
        distance=distance_on(_SCALES, partial(getattr, state.setting)),
    )


def candidates(code: str, state: State) -> Iterator[Fix]:
    """Yield the changes of each control that acts on a limit, the mildest of a control first.

    Of the evictions only pinning the most popular is proposed: the best there is where requests are independent.
    """
    acting = ACTING[code]
    for fix in sweep(state.node, state.setting)[1]:
        if fix.control in acting:
            yield fix
    if _pinning_helps(code, state.setting):
        yield PINNED


def _pinning_helps(code: str, setting: Setting) -> bool:
    return "eviction" in ACTING[code] and setting.eviction != PINNED.value


@lru_cache(maxsize=64)
def _left(node: Node, setting: Setting, *, pinned: bool) -> Mapping[Fix, Mapping[str, Limit]]:
    """Return the limits after each change of a state, with or without the other eviction."""
    if pinned:
        after = limits_of(node, serve(node, changed(setting, PINNED)))
        return {**_left(node, setting, pinned=False), PINNED: after}
    return {fix: limits_of(node, results) for fix, results in sweep(node, setting)[1].items()}
