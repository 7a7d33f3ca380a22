"""Whether the second engine agrees with a try that won: asked by itself, kept in the ledger once it is known."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dash import MATCH, ClientsideFunction, Dash, Input, Output, ctx
from dash.exceptions import PreventUpdate

from dashboard.lab import Lab, asked_student
from dashboard.ledger.database import LedgerUnavailable
from dashboard.ledger.events import EventRefused
from dashboard.second_opinions.jobs import QueueUnavailable, Refused
from dashboard.second_opinions.service import ASKED_SEEDS, Ticket
from dashboard.student.progress import Opinion, Try, opinion_from, progress
from dashboard.web import ids
from tracks.api.bench import Bench
from tracks.api.controls import BadValue
from tracks.api.track import Track


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """What the tries' table says of one try that won.

    Attributes:
        word: "agrees", "contested", "waiting" or "not asked". sentence: why.
        is_open: whether it may be another word soon.
    """

    word: str
    sentence: str
    is_open: bool = False


def agreements(lab: Lab, student: str, track: Track, bench: Bench) -> dict[int, Agreement]:
    """Return what the second engine says of each winning try, by number; ask it where nothing is known.

    What is found is stored in the ledger, under a key of the try and the number of seeds: once, whoever sees it first.
    Nothing of it comes from the browser.

    Raises:
        LedgerUnavailable: the database does not answer.
    """
    if bench.second_opinion is None:
        return {}
    here = progress(lab.store.standing_events(student), track, bench)
    return {
        item.number: _agreement(lab, student, track, bench, item, here.opinions.get(item.number))
        for item in here.tries
        if item.won
    }


def _agreement(lab: Lab, student: str, track: Track, bench: Bench, item: Try, stored: Opinion | None) -> Agreement:
    if stored is None or stored.seeds < ASKED_SEEDS:
        try:
            values = bench.read(dict(item.values))
        except BadValue:
            return _said(stored) if stored else _not_asked("The bench has changed since this try.")
        ticket = Ticket(student=student, track=track.id, bench=bench.id, values=values)
        known = lab.second_opinions.known_best(ticket.state)
        if known is None:
            return _said(stored) if stored else _asked(lab, ticket)
        opinion, seeds = known
        if opinion.wins is None:
            return _not_asked("The second engine does not say who wins.")
        if stored is None or stored.seeds < seeds:
            payload = {"try": item.number, "agrees": opinion.wins, "seeds": seeds, "sentence": opinion.sentence}
            with suppress(LedgerUnavailable, EventRefused):  # it is shown all the same, and stored at the next look
                lab.save(student, track, bench, "opinion", f"{item.number}.{seeds}", payload)
            stored = opinion_from(payload)
    return _said(stored)


def _asked(lab: Lab, ticket: Ticket) -> Agreement:
    try:
        standing = lab.second_opinions.ask(ticket, automatic=True)
    except (Refused, QueueUnavailable) as problem:
        return _not_asked(str(problem))
    if standing.stage == "failed":
        return _not_asked(standing.problem)
    return Agreement(
        word="waiting", sentence="The second engine is asked about this try. The try counts.", is_open=True
    )


def _said(opinion: Opinion) -> Agreement:
    return Agreement(word=opinion.word, sentence=opinion.words)


def _not_asked(why: str) -> Agreement:
    return Agreement(word="not asked", sentence=f"{why} The try counts.")


def register(app: Dash, lab: Lab) -> None:
    """Register the look at the second engine's agreement on one app."""

    @app.callback(
        Output(ids.slot(MATCH, "agreements"), "data"),
        Input(ids.slot(MATCH, "agreements_asked"), "data"),
        prevent_initial_call=True,
    )
    def look(asked: Any) -> dict[str, Any]:
        if not asked:
            raise PreventUpdate
        track, bench = lab.bench(ctx.inputs_list[0]["id"]["bench"])
        found = agreements(lab, asked_student(), track, bench)
        return {
            "tries": {str(number): {"word": item.word, "sentence": item.sentence} for number, item in found.items()},
            "is_open": any(item.is_open for item in found.values()),
        }

    app.clientside_callback(
        ClientsideFunction("lab", "agreements_told"),
        Output(ids.slot(MATCH, "agreements_shown"), "data"),
        Input(ids.slot(MATCH, "agreements"), "data"),
        prevent_initial_call=True,
    )
