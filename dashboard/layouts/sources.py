"""How a page names a source: the kind of evidence as a mark, then who says so, as a link where it can be read."""

from __future__ import annotations

from dash import html

from dashboard.layouts.parts import Component
from physics.sources import Source


def cited(source: Source | str) -> Component:
    """Return the citation of a source, linked where it can be read; its tab is not told where from."""
    if isinstance(source, str):
        return html.Span(source)
    if not source.link:
        return html.Span(source.citation)
    return html.A(source.citation, href=source.link, target="_blank", rel="noreferrer")


def kind_mark(source: Source) -> Component:
    """Return the mark before a citation: what kind of evidence it is."""
    return html.Span(source.kind, className="assumed" if source.kind == "assumed" else "kind")
