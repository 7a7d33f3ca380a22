"""What is stored, where, and for how long: from the settings of this server, so that it is what it does."""

from __future__ import annotations

from dash import dcc, html
from sqlalchemy.engine import make_url

from dashboard.layouts.parts import Component
from dashboard.layouts.records.parts import page, section
from dashboard.ledger.events import KINDS
from dashboard.ledger.identity import COOKIE, COOKIE_AGE_S
from dashboard.settings import Settings
from dashboard.web import ids

# Of every kind of event, what it holds.
HELD = {
    "lock": "a locked prediction: the value, the reason, how sure",
    "opening": "what the reveal said",
    "try": "a recorded try: the controls, the results, whether it was made with help",
    "observation": "what you said that a figure showed",
    "reflection": "the texts of a reflection",
    "revision": "your marks for a reflection, and what you wrote for two more tries",
    "defence": "how you defended the strategy of a track, your numbers beside it, and your marks",
    "decision": "which try is carried on",
    "opinion": "whether a second engine agrees with a try that won",
    "hint": "a value that a hint gave, or that came with the address of a setting",
    "review": "an answer to a question that came back after a week",
    "import": "that a ledger was brought back from a file",
}


def stores(settings: Settings) -> str:
    """Return where the ledger is, without a path, a user or a password."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return "in a file on the machine that runs this lab"
    return f"in a PostgreSQL database{f' on {url.host}' if url.host else ''}, which this lab’s server alone writes to"


def _identity(settings: Settings, cookie: str) -> str:
    if settings.identity_header:
        return (
            "A number that the server computes from the name of your sign-on with a secret key. The name itself is not "
            "kept, and no cookie says who you are."
        )
    return (
        f"A random number in a signed cookie, {cookie}, which scripts cannot read and no other site gets. It lasts "
        f"{COOKIE_AGE_S // 86_400} days and is renewed while you come back."
    )


def _counted(settings: Settings) -> list[Component]:
    if settings.limits_store == "none":
        return []
    where = "on this machine" if settings.limits_store == "host" else "in a database of its own"
    return [
        html.P(
            "How many requests came from one student within a minute is counted, and how many new students and wrong "
            f"codes from one address, for ten minutes at most: {where}, under a number that is computed with a secret "
            "key and does not lead back."
        )
    ]


def privacy_page(settings: Settings, *, per_hour: int, cookie: str = COOKIE) -> Component:
    """Return the page.

    Args:
        per_hour: how many events a student may have stored within an hour. cookie: its name in the student's browser.
    """
    proxies = (
        f" It passes {settings.trusted_proxies} {'proxy' if settings.trusted_proxies == 1 else 'proxies'} in front, "
        "which "
        "may keep logs of their own."
        if settings.trusted_proxies
        else ""
    )
    return page(
        "What is stored",
        f"{'No name, no address.' if settings.identity_header else 'No name, no address, no login.'} This page is made "
        "from the settings of this server.",
        [
            section(
                "Who you are to the lab",
                [
                    html.P(
                        f"{_identity(settings, cookie)} A pseudonym is computed from it; a name stands only in a file "
                        "for which you type it, and is not kept."
                    ),
                    html.P(
                        "A second cookie, edgelab_screen, says whether your screen is dark, narrow or low. In this "
                        "browser’s own storage stand the theme, whether single keys act, drafts, and writes that the "
                        "server has not acknowledged yet."
                    ),
                ],
            ),
            section(
                "What is kept of your work",
                [
                    html.P(f"Every event, {stores(settings)}:"),
                    html.Ul([html.Li(HELD[kind]) for kind in KINDS], className="exists"),
                    html.P(
                        "Each with its track, bench, time, and the hash of the one before. What you write is kept as "
                        "you "
                        "wrote it: write no names there. Second opinions are computed from settings alone and kept "
                        "for a "
                        "week without your number."
                    ),
                    html.P(f"At most {per_hour:,} events an hour are taken from one student."),
                    *_counted(settings),
                ],
            ),
            section(
                "For how long",
                [
                    html.P(
                        "Until you erase it, or whoever runs this lab does: the program itself deletes nothing by "
                        "age, and "
                        "ledgers older than a date are erased by a command. Ask your teacher for the rule here."
                    ),
                    html.P(
                        [
                            "You can ",
                            dcc.Link("take a copy", href=ids.HAND_IN_PATH),
                            " and ",
                            dcc.Link("erase everything", href=ids.OWN_DATA_PATH),
                            " yourself. What is left is a receipt without your number. Backups that were made before "
                            "are not "
                            "reached.",
                        ]
                    ),
                ],
            ),
            section(
                "Who sees it",
                [
                    html.P(
                        "Whoever administers this server can read the database. The log of requests has time, path and "
                        f"duration, no address and no text of yours.{proxies} No other host is asked for anything: a "
                        "page "
                        "loads its fonts, scripts and figures from here."
                    )
                ],
            ),
        ],
    )
