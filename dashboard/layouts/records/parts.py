"""What these pages share: their frame, and forms that the browser sends without leaving the page."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from markupsafe import Markup

from dashboard.layouts.parts import Component, plain_header


def page(title: str, lead: str, parts: Sequence[Component]) -> Component:
    """Return a page with a heading, a sentence on what it is for, and its sections."""
    return html.Div(
        [
            plain_header(),
            html.Main(
                [html.H1(title), html.P(lead, className="lead"), *parts],
                className="page records",
                id="content",
                tabIndex=-1,
            ),
        ],
        **{"data-title": f"{title} · edgelab"},
    )


def section(title: str, parts: Sequence[Component], *, name: str = "") -> Component:
    """Return a section under a heading; ``name`` is where a link of another page can lead."""
    return html.Section([html.H2(title), *parts], **({"id": name} if name else {}))


def markup(text: Markup) -> Component:
    """Return HTML that is safe already, for what Dash's components cannot say: forms, files, frames."""
    return html.Div(**{"data-html": str(text)})


def form(
    action: str, fields: Markup, button: str, *, kind: str = "outline", drop: bool = False, told: str = ""
) -> Component:
    """Return a form that ``dashboard/scripts/records/forms.js`` sends, with a place for the answer below its button.

    Args:
        action: where it goes, with the prefix. fields: its inputs. button: what its button says.
        kind: of button: "primary", "outline" or "danger". drop: whether files can be dropped on it.
        told: the name by which an answer changes the words of the button, or "".
    """
    return markup(
        Markup(
            '<form class="record-form" method="post" action="{}" enctype="multipart/form-data" data-send{}>{}'
            '<button class="btn {}" type="submit"{}>{}</button><div class="answer" role="status"></div></form>'
        ).format(
            action,
            Markup(" data-drop") if drop else "",
            fields,
            kind,
            Markup(' data-told="{}"').format(told) if told else "",
            button,
        )
    )


def file_field(label: str, hint: str, *, accept: str, largest: int, several: bool = False) -> Markup:
    """Return a field for files; ``largest`` is in bytes."""
    return Markup(
        '<label class="field"><span>{}</span><span class="hint">{}</span>'
        '<input type="file" name="file" required accept="{}" data-largest="{}"{}></label>'
    ).format(label, hint, accept, largest, Markup(" multiple") if several else "")


def text_field(name: str, label: str, hint: str, *, longest: int, required: bool = True) -> Markup:
    """Return a field for one line of text."""
    return Markup(
        '<label class="field"><span>{}</span><span class="hint">{}</span>'
        '<input type="text" name="{}" maxlength="{}" autocomplete="off" spellcheck="false"{}></label>'
    ).format(label, hint, name, longest, Markup(" required") if required else "")


def agreed(label: str) -> Markup:
    """Return a box that has to be ticked before the form can be sent."""
    return Markup(
        '<label class="field agreed"><input type="checkbox" name="agreed" value="yes" required> {}</label>'
    ).format(label)
