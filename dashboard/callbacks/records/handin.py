"""The files that a student hands in: one page, JSON, CSV and Markdown, each made anew from the events."""

from __future__ import annotations

from collections.abc import Callable

from dash import Dash
from flask import Response, request

from dashboard.callbacks.records.answers import read_form
from dashboard.lab import MODEL_VERSION, Lab, asked_student
from dashboard.ledger.chain import chain_problems, in_sentences, intact
from dashboard.ledger.events import StoredEvent
from dashboard.ledger.exports import page
from dashboard.ledger.exports.document import compose, fingerprint
from dashboard.ledger.identity import pseudonym
from dashboard.rendering.handin.bench_figures import bench_figures
from dashboard.rendering.handin.data import markdown, summary, tries_csv
from dashboard.rendering.handin.page import POLICY, TIME, handin_page
from dashboard.student.analytics.overview import overview
from tracks.commands.terminal import version

MAX_NAME = 80


def typed_name(text: str) -> str:
    """Return a name as it may stand in a file: one line, 80 characters at most.

    >>> typed_name("  Ann\\n <b>Lee </b> ")
    'Ann <b>Lee </b>'
    """
    plain = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(plain.split())[:MAX_NAME].strip()


def about(lab: Lab, events: tuple[StoredEvent, ...], student: str, name: str) -> list[str]:
    """Return where a file comes from, and what is wrong with it, a sentence each; the same for the same events."""
    own = pseudonym(student)
    sentences = [f"Handed in by {name}, in the lab {own}." if name else f"Handed in by {own}, without a name."]
    course = lab.settings.course
    sentences.append(f"{course.name}, version {course.version}." if course.version else f"{course.name}.")
    if events:
        first, last = (event.time.strftime(TIME) for event in (events[0], events[-1]))
        sentences.append(f"{len(events)} events from {first} to {last}.")
    else:
        sentences.append("No event is recorded yet.")
    sentences += [event.payload["sentence"] for event in intact(events) if event.kind == "import"]
    sentences += faults(events)
    versions = ", ".join(dict.fromkeys([*(event.model_version for event in events), MODEL_VERSION]))
    sentences.append(f"edgelab {version()}, model {versions}, key {fingerprint(lab.settings.secret_keys[0])}.")
    return sentences


def faults(events: tuple[StoredEvent, ...]) -> list[str]:
    """Return what is wrong with events that something other than the lab changed, a sentence each; mostly nothing."""
    said = in_sentences(chain_problems(events))
    if said:
        said.append("Something other than the lab changed its database; no changed event is in the texts and tables.")
    return said


def signed_document(lab: Lab, student: str, name: str, *, events: tuple[StoredEvent, ...], around: str | None) -> str:
    """Return a student's events as the signed document; ``around`` is the digest of the page that it stands in."""
    return compose(
        events,
        lab.settings.secret_keys,
        student=student,
        program=version(),
        model_version=MODEL_VERSION,
        name=name,
        summary=summary(overview(lab.registry, intact(events))),
        page=around,
    )


def as_html(lab: Lab, student: str, name: str) -> bytes:
    """Return the one page that holds everything."""
    events = lab.store.events(student)
    template = handin_page(
        overview(lab.registry, intact(events)),
        bench_figures(lab.registry, intact(events), lab.outcome),
        pseudonym=pseudonym(student),
        name=name,
        about=about(lab, events, student, name),
    )
    before, after = page.parts_of(template)
    document = signed_document(lab, student, name, events=events, around=page.digest(before, after))
    return page.joined(before, document, after)


def as_json(lab: Lab, student: str, name: str) -> bytes:
    """Return the signed events alone."""
    return signed_document(lab, student, name, events=lab.store.events(student), around=None).encode()


def as_csv(lab: Lab, student: str, name: str) -> bytes:  # noqa: ARG001 - a table of tries has no name in it
    """Return every try as a row."""
    events = lab.store.events(student)
    return tries_csv(lab.registry, overview(lab.registry, intact(events)), faults(events)).encode("utf-8-sig")


def as_markdown(lab: Lab, student: str, name: str) -> bytes:
    """Return the hand-in as Markdown."""
    events = lab.store.events(student)
    found = overview(lab.registry, intact(events))
    own = pseudonym(student)
    return markdown(found, pseudonym=own, name=name, about=about(lab, events, student, name)).encode()


Maker = Callable[[Lab, str, str], bytes]
KINDS: dict[str, tuple[Maker, str]] = {
    "html": (as_html, "text/html; charset=utf-8"),
    "json": (as_json, "application/json"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "md": (as_markdown, "text/markdown; charset=utf-8"),
}


def register(app: Dash, lab: Lab) -> None:
    """Register the addresses of the files on one app.

    A name comes in the body of a request, never in its address, and is kept nowhere.
    """

    def send(kind: str) -> Response:
        student = asked_student()
        if request.method == "POST":
            read_form(f"A name has at most {MAX_NAME} characters.")
        make, mimetype = KINDS[kind]
        response = Response(make(lab, student, typed_name(request.form.get("name", ""))), content_type=mimetype)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = f"{POLICY}; frame-ancestors 'self'"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if kind != "html" or "download" in request.args:
            name = f"edgelab-{pseudonym(student).lower().replace(' ', '-')}.{kind}"
            response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    for kind in KINDS:
        app.server.add_url_rule(
            f"{lab.settings.url_prefix}ledger/handin.{kind}",
            f"handin_{kind}",
            lambda kind=kind: send(kind),
            methods=["GET", "POST"],
        )
