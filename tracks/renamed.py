"""Names of the plugin API before version 1: where each is now, and a warning for whoever still uses it."""

from __future__ import annotations

import importlib
import sys
import warnings
from types import ModuleType
from typing import Any

# Module of `tracks` -> where its names are now.
MOVED = {
    "charts": "tracks.api.charts",
    "cities": "tracks.common.proxy_fleet",
    "controls": "tracks.api.controls",
    "discovery": "tracks.loading.discovery",
    "figures": "tracks.api.figures",
    "hookspecs": "tracks.api.hookspecs",
    "personas": "tracks.api.track",
    "quantities": "tracks.api.quantities",
    "registry": "tracks.loading.registry",
    "scores": "tracks.common.scoring",
    "sources": "tracks.common.provenance",
    "spec": "tracks",
    "teaching": "tracks.api.teaching",
}
# An old name of one of them -> the new name.
GONE = {
    ("spec", "level_of"): "Limit(quantity=..., limit=..., warn=...).level",
    ("registry", "Found"): "tracks.loading.registry.PluginRecord",
    ("registry", "MISSION_ORDER"): "Bench.order",
    ("discovery", "Offer"): "tracks.loading.discovery.Registration",
    ("discovery", "Refused"): "tracks.loading.discovery.PluginRefused",
    ("discovery", "ask"): "tracks.loading.discovery.collect",
    ("discovery", "in_words"): "tracks.loading.discovery.error_text",
}


class MovedModule(ModuleType):
    """A module by its old name: every name in it is taken from where it is now, with a warning."""

    def __init__(self, old: str) -> None:
        super().__init__(f"tracks.{old}", f"Moved to {MOVED[old]}.")
        self._old = old

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        old, new = self.__dict__["_old"], MOVED[self.__dict__["_old"]]
        if (old, name) in GONE:
            raise AttributeError(f"tracks.{old}.{name} is gone; write {GONE[old, name]} instead")
        found = getattr(importlib.import_module(new), name)
        warnings.warn(
            f"tracks.{old} goes in the next release; import {name} from {new} instead.",
            DeprecationWarning,
            stacklevel=2,
        )
        return found


def keep_old_modules() -> None:
    """Let ``import tracks.spec`` and the like work for one more release; modules loaded under their own names stay."""
    for old in MOVED:
        sys.modules.setdefault(f"tracks.{old}", MovedModule(old))
