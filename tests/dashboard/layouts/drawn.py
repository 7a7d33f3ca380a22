"""What a layout drew: its components one by one, and its words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component


def every(part: Any) -> Iterator[Component]:
    """Every component of a tree, from the outside in."""
    if isinstance(part, Component):
        yield part
        yield from every(getattr(part, "children", None))
    elif isinstance(part, (list, tuple)):
        for item in part:
            yield from every(item)


def text(part: Any) -> str:
    """The words of a tree, joined by bars."""
    return "|".join(_words(part))


def _words(part: Any) -> Iterator[str]:
    if isinstance(part, (list, tuple)):
        for item in part:
            yield from _words(item)
    elif isinstance(part, Component):
        yield from _words(getattr(part, "children", None))
    elif part is not None:
        yield str(part)


def props(component: Component) -> dict[str, Any]:
    return component.to_plotly_json()["props"]


def having(part: Any, name: str) -> dict[Any, Component]:
    """The components that have a property or attribute of that name, by its value."""
    return {str(props(item)[name]): item for item in every(part) if name in props(item)}


def of_class(part: Any, name: str) -> list[Component]:
    return [item for item in every(part) if name in str(props(item).get("className", "")).split()]
