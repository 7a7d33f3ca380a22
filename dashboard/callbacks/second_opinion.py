"""A second opinion: asked for, looked at and left in requests; computed in a process that no request waits for.

Every request says who asks: the first by an open bench, the later ones by the ticket that it was given and the cookie
that the ticket was given to.
"""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output
from dash.exceptions import PreventUpdate

from dashboard.callbacks.bench import unlocked_bench
from dashboard.lab import Lab, asked_student, this_student
from dashboard.second_opinions.jobs import QueueUnavailable, Refused, Standing
from dashboard.second_opinions.service import BadTicket, Ticket
from dashboard.web import ids
from dashboard.web.rate_limits import OPINIONS
from dashboard.web.request_checks import RequestRefused


def register(app: Dash, lab: Lab) -> None:
    """Register the second opinion on one app."""

    @app.callback(Output(ids.OPINION, "data"), Input(ids.OPINION_ASKED, "data"), prevent_initial_call=True)
    def ask(asked: Any) -> dict[str, str]:
        if not asked:
            raise PreventUpdate
        if not isinstance(asked, dict):
            raise RequestRefused("A second opinion is asked on the values of a bench.")
        do = asked.get("do")
        if do == "ask":
            ticket = asked_ticket(lab, asked)
            lab.limits.count(OPINIONS, ticket.student)
            return answer(lab, ticket, is_press=True)
        try:
            ticket = lab.second_opinions.read(asked.get("ticket"), this_student())
        except BadTicket as problem:
            raise RequestRefused(str(problem), code=403) from None
        if do == "look":
            return answer(lab, ticket)
        if do == "stop":
            try:
                lab.second_opinions.leave(ticket)
            except QueueUnavailable as problem:
                raise RequestRefused(str(problem), code=503) from None
            raise PreventUpdate
        raise RequestRefused("A second opinion is asked for, looked at or stopped; reload the page.")

    app.clientside_callback(
        ClientsideFunction("lab", "opinion_answer"), Input(ids.OPINION, "data"), prevent_initial_call=True
    )


def asked_ticket(lab: Lab, asked: dict[str, Any]) -> Ticket:
    """Return the ticket for a state that a student may see.

    Raises:
        RequestRefused: no identity, nothing locked yet, no second engine, or values that cannot be read.
    """
    if not isinstance(asked.get("values"), dict):
        raise RequestRefused("A second opinion is asked on the values of a bench.")
    track, bench, values, _ = unlocked_bench(lab, str(asked.get("bench")), asked["values"])
    student = asked_student()
    if bench.second_opinion is None:
        raise RequestRefused(f"{bench.short_title} has no second opinion.")
    return Ticket(student=student, track=track.id, bench=bench.id, values=values)


def answer(lab: Lab, ticket: Ticket, *, is_press: bool = False) -> dict[str, str]:
    """Return how far the second opinion of a ticket is; a press asks again where it had failed."""
    opinions = lab.second_opinions
    told = {
        "bench": ids.bench_key(ticket.track, ticket.bench),
        "digest": ticket.state,
        "ticket": opinions.ticket(ticket),
        "stage": "done",
        "note": "",
    }
    if opinions.known(ticket.state) is not None:
        return told
    try:
        standing = opinions.ask(ticket) if is_press else opinions.look(ticket)
    except (Refused, QueueUnavailable) as problem:
        return {**told, "stage": "failed", "note": str(problem)}
    return told if standing is None else {**told, "stage": standing.stage, "note": words(standing)}


def words(standing: Standing) -> str:
    """Return how far a job is, for the student who waits."""
    if standing.stage == "failed":
        return standing.problem
    if standing.stage == "running":
        return f"{standing.done} of {standing.of} done" if standing.of else "Computing"
    if standing.place:
        return f"Place {standing.place} in the queue; {standing.at_a_time} are computed at a time"
    return "Starting"
