"""The page on which a student looks at what is handed in, exactly as it will be, and takes it."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from markupsafe import Markup

from dashboard.layouts.parts import Component
from dashboard.layouts.records.parts import markup, page, section, text_field

FILES = (
    ("json", "JSON", "the signed events and what each track came to, for programs and for this lab to read back"),
    ("csv", "CSV", "every try as a row, with units in the head"),
    ("md", "Markdown", "the same texts and tables, to go on writing"),
)


def handin_layout(prefix: str, missing: Sequence[str]) -> Component:
    """Return the page.

    Args:
        prefix: the path under which the lab is served. missing: what is not done yet, a sentence each.
    """
    at = f"{prefix}ledger/handin"
    fields = text_field(
        "name", "Name", "Only in the files, and only if you type it; the lab keeps none.", longest=80, required=False
    )
    others = Markup(" ").join(
        Markup('<button class="btn outline" formaction="{}.{}" formtarget="_self">{}</button>').format(at, kind, label)
        for kind, label, _ in FILES
    )
    form = Markup(
        '<form class="record-form" method="post" action="{}.html" target="handin-preview">{}'
        '<div class="go"><button class="btn primary" formaction="{}.html?download" formtarget="_self">'
        'Download to hand in</button><button class="btn outline">Show the name below</button>{}'
        '<button type="button" class="btn outline" data-do="print_handin">Print or save as PDF</button></div></form>'
    ).format(at, fields, at, others)
    frame = Markup(
        '<iframe class="handin-preview" name="handin-preview" title="What is handed in, as it will be" src="{}.html">'
        "</iframe>"
    ).format(at)
    open_ = [html.Li(sentence) for sentence in missing]
    state = (
        section(
            "Not done yet",
            [html.P("It can be handed in as it is; this list is in it."), html.Ul(open_, className="exists")],
        )
        if open_
        else html.P("Nothing is missing.")
    )
    return page(
        "Hand in",
        "One file with everything: figures, tables, your texts, and the events as this server signed them. It opens "
        "anywhere, without a network.",
        [
            markup(form),
            html.Ul([html.Li([html.B(label), f": {what}."]) for _, label, what in FILES], className="exists hint"),
            state,
            section("As it will be", [markup(frame)]),
        ],
    )
