"""Parts of a page that no callback ever touches, sent as HTML instead of as hundreds of components.

Every Dash component listens to every change of the page's state. A bench has some six hundred elements of which a
callback needs sixty; the others, marked with ``STATIC``, are turned into HTML here and put into place by the browser
(``assets/boot.js``), which makes a dragged slider twice as quick.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from dash import html
from dash.development.base_component import Component as DashComponent
from markupsafe import Markup

STATIC: dict[str, Any] = {"data-static": "1"}

_SPELLED = {
    "className": "class",
    "htmlFor": "for",
    "tabIndex": "tabindex",
    "dateTime": "datetime",
    "colSpan": "colspan",
}
_KEPT = {"id", "title", "role", "hidden", "disabled", "href", "target", "rel", "type", "scope", "open"}
_VOID = {"br"}


def inline_static(part: Any) -> Any:
    """Return a layout with every marked element's children turned into HTML.

    Raises:
        TypeError: a marked element holds something that is not plain HTML.
    """
    if isinstance(part, (list, tuple)):
        return [inline_static(item) for item in part]
    if not isinstance(part, DashComponent):
        return part
    children = getattr(part, "children", None)
    if children is None:
        return part
    if getattr(part, "data-static", None):
        inner = to_html(children)
        part.children = None
        setattr(part, "data-html", inner)
        delattr(part, "data-static")
    else:
        part.children = inline_static(children)
    return part


def to_html(part: Any) -> str:
    """Return plain components, texts and numbers as HTML."""
    if part is None:
        return ""
    if isinstance(part, (list, tuple)):
        return "".join(to_html(item) for item in part)
    if isinstance(part, Markup):  # made and checked elsewhere
        return str(part)
    if isinstance(part, (str, int, float)):
        return escape(str(part), quote=False)
    if not isinstance(part, DashComponent) or part._namespace != html.Div._namespace:
        raise TypeError(f"{type(part).__name__} is no plain HTML; take it out of the part marked raw")
    tag = type(part).__name__.lower()
    given = {name: getattr(part, name) for name in part._prop_names if name != "children" and hasattr(part, name)}
    given |= {name: value for name, value in vars(part).items() if name.startswith(("data-", "aria-"))}
    # Dash keeps wildcard properties in no fixed order; two workers must send the same text.
    attributes = "".join(_attribute(name, given[name]) for name in sorted(given))
    if tag in _VOID:
        return f"<{tag}{attributes}>"
    return f"<{tag}{attributes}>{to_html(getattr(part, 'children', None))}</{tag}>"


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False or name == "data-static":
        return ""
    if name == "style":
        value = ";".join(f"{_css_name(key)}:{text}" for key, text in value.items())
    elif not (name in _SPELLED or name in _KEPT or name.startswith(("data-", "aria-"))):
        raise TypeError(f"'{name}' has no meaning outside Dash; take its element out of the part marked raw")
    if isinstance(value, Mapping):
        raise TypeError("an element with a callback's id cannot be raw")
    written = _SPELLED.get(name, name)
    return f" {written}" if value is True else f' {written}="{escape(str(value))}"'


def _css_name(key: str) -> str:
    return key if key.startswith("--") else re.sub(r"[A-Z]", lambda match: f"-{match.group().lower()}", key)
