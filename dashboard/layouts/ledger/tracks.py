"""The tab of tracks side by side: for each question on several tracks the same physics, and where it turns round."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from dashboard.layouts.ledger.parts import figure_section, nothing_yet
from dashboard.layouts.parts import Component
from dashboard.rendering.figures.style import Screen
from dashboard.rendering.ledger_figures import track_figure
from dashboard.student.analytics.side_by_side import SideBySide


def tracks_tab(rows: Sequence[SideBySide], screen: Screen) -> list[Component]:
    """The tab's content."""
    if not rows:
        return [
            nothing_yet(
                "A question stands here once you have locked it on two tracks: then you see what the same physics "
                "makes of other numbers."
            )
        ]
    turned = [row.title for row in rows if row.is_reversed]
    lead = f"{len(rows)} {'question is' if len(rows) == 1 else 'questions are'} locked on two tracks or more"
    lead += f"; the answer turns round on {', '.join(turned)}." if turned else "; no answer turns round between them."
    parts: list[Component] = [html.H2("The same physics on several tracks"), html.P(lead, className="answer")]
    for row in rows:
        asked = f", as asked on {row.asked_on}" if row.asked_on else ""
        heading = html.H3([html.Span(f"{row.title}{asked}: "), row.question])
        parts.append(figure_section(f"tracks_{row.bench}_{row.prediction}", track_figure(row, screen), heading=heading))
    return parts
