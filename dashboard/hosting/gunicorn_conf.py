"""How gunicorn serves the lab, for ``edgelab serve`` and for gunicorn's own command.

That is ``gunicorn -c python:dashboard.hosting.gunicorn_conf``. Start it from an empty directory: a folder called
``physics`` or ``tracks`` in the working directory would be imported in place of the lab's own.
"""

import os
import sys
from typing import Any
from urllib.parse import quote

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

wsgi_app = "dashboard.hosting.wsgi:server"

# Loopback by default: the lab runs behind a proxy that terminates TLS.
bind = os.environ.get("EDGELAB_BIND", "").strip() or "127.0.0.1:8050"

# One process per core; what a worker keeps is only a cache, so any worker answers any request.
workers = os.environ.get("WEB_CONCURRENCY", "").strip() or 2

# Threads, not sync: a sync worker is blocked by any browser that opens a spare connection and sends nothing, and by
# every wait for the database. Few of them: solving is CPU work and more threads would only wait for each other. Our own
# class of them, since gunicorn's gthread gives a thread to every client that has begun to send.
worker_class = "dashboard.hosting.arrival.BufferingWorker"
threads = 4
keepalive = 15  # seconds; a student who pauses on a slider finds the connection still open

# The slowest answer takes 1 to 2 s; a worker that does not respond for longer hangs.
timeout = 60
graceful_timeout = 30
# Heartbeats go to memory where there is some, since a slow disk would look like a dead worker.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112

# EDGELAB_TRUSTED_PROXIES alone sets whose X-Forwarded headers are trusted, and the app reads it.
forwarded_allow_ips = ""

# A running lab is not controlled through a socket.
control_socket_disable = True


NEEDS_A_PROXY = (
    "A proxy that buffers (nginx) is required in front: without one, a client that does not read its answer keeps one "
    f"of the {threads} threads of a worker for as long as it likes, and a few of them stop the lab."
)


class PathLogger(Logger):  # type: ignore[misc] # gunicorn is not typed
    """An access log that cannot be forged: gunicorn decodes the path, and with it any line break a client put there."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        """Return gunicorn's atoms with the path quoted again."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {**atoms, "U": quote(atoms["U"] or "-", safe="/", encoding="latin-1")}


logger_class = PathLogger
errorlog = "-"
accesslog = "-"
# Time, worker, method, path, status, bytes, milliseconds. Not the query (a permalink's values), not the referrer
# (the same), not the address (personal data).
access_log_format = "%(t)s %(p)s %(m)s %(U)s %(s)s %(B)s %(M)sms"


def on_starting(server: Any) -> None:
    """Check the settings, upgrade the ledger and make the app once, in the master, before any worker exists.

    Workers share the memory of the app and of the compiler, and start at once. gunicorn's own preload_app does the same
    before this hook: a wrong setting would then be a traceback. The app opens no database connection and starts no
    thread before it is asked.
    """
    from dashboard.hosting.addresses import is_beyond_loopback
    from dashboard.ledger import LedgerUnavailable, upgrade
    from dashboard.settings import Settings, SettingsError, links_said, service_links

    if ignored := service_links(os.environ):
        server.log.info("%s", links_said(ignored))
    # A socket of the file system has a text for its address.
    hosts = [address[0] for address in server.cfg.address if not isinstance(address, str)]
    for host in filter(is_beyond_loopback, hosts):
        server.log.warning("edgelab: %s can be reached from other machines. %s", host, NEEDS_A_PROXY)
    try:
        upgrade(Settings.from_environment(behind_gunicorn=True).database_url)
        server.app.wsgi()  # a course may name a bench that is not there
    except (SettingsError, LedgerUnavailable) as problem:
        server.log.error("edgelab: %s", getattr(problem, "reason", problem))
        sys.exit(3)  # what gunicorn itself exits with when an app does not start
