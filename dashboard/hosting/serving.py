"""``edgelab serve``: gunicorn with the lab's configuration, from any folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NoReturn

from dashboard.hosting.addresses import check_bind
from dashboard.hosting.metrics_folder import open_metrics_folder
from dashboard.hosting.sentences import in_sentences
from dashboard.ledger.migrations import upgrade
from dashboard.web.logs import set_up

# By these gunicorn hands sockets that are open over to another process of itself, and systemd to gunicorn.
_HANDED_OVER = {"GUNICORN_FD", "LISTEN_FDS"}


def serve() -> NoReturn:
    """Start the workers and stay until they are stopped; all that can go wrong before is one sentence.

    Raises:
        CommandError: a setting cannot work, the database does not answer, or the address cannot be opened.
        SystemExit: the workers were stopped.
    """
    if not os.environ.get("WEB_CONCURRENCY", "").strip():
        os.environ.pop("WEB_CONCURRENCY", None)  # gunicorn reads a number there whenever it is set
    with in_sentences(behind_gunicorn=True) as settings:
        if not _HANDED_OVER & os.environ.keys():
            check_bind(settings.bind)
        upgrade(settings.database_url)
        set_up(settings.log_format, are_requests_logged=True)
        open_metrics_folder(settings.data_dir)
        from dashboard.hosting.wsgi import server  # makes the app, which takes some seconds
    _run(server)


def _run(server: Callable[..., Any]) -> NoReturn:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped] # not before its variables are checked

    from dashboard.hosting import gunicorn_conf

    class Workers(BaseApplication):  # type: ignore[misc]
        """What gunicorn's own command does, without putting the working directory before the installed packages."""

        def load_config(self) -> None:
            """Take the lab's configuration."""
            for name, value in vars(gunicorn_conf).items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Callable[..., Any]:
            """Return the app that is there already."""
            return server

    Workers(prog="edgelab serve").run()
    raise SystemExit(0)
