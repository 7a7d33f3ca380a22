"""How gunicorn serves the lab, for ``edgelab serve`` and for gunicorn's own command.

That is ``gunicorn -c python:dashboard.hosting.gunicorn_conf``. Start it from an empty directory: a folder called
``physics`` or ``tracks`` in the working directory would be imported in place of the lab's own.
"""

import contextlib
import ctypes
import os
import re
import sys
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from dashboard.web.logs import FORMAT, set_up

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


_M_ARENA_MAX = -8  # of malloc.h
NEEDS_A_PROXY = (
    "A proxy that buffers (nginx) is required in front: without one, a client that does not read its answer keeps one "
    f"of the {threads} threads of a worker for as long as it likes, and a few of them stop the lab."
)


_ADDRESS = re.compile(r" from ip=\S+(?=: )")


class EventLogger(Logger):  # type: ignore[misc] # gunicorn is not typed
    """gunicorn's own events among the lab's, a line each; where another file is named for them, as gunicorn has it."""

    def setup(self, cfg: Any) -> None:
        """Hand the events over to the lab's log."""
        super().setup(cfg)
        if cfg.errorlog == "-":
            asked = os.environ.get(FORMAT, "").strip().lower()
            set_up("text" if asked == "text" else "json", are_requests_logged=True)
            self.error_log.handlers.clear()
            self.error_log.propagate = True

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log a warning; gunicorn names the address that sent what is no HTTP, which is left out."""
        super().warning(_ADDRESS.sub("", msg), *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log a fault; gunicorn names the address that was asked for, of which the query is left out."""
        super().exception(msg, *(str(arg).partition("?")[0] for arg in args), **kwargs)


logger_class = EventLogger
errorlog = "-"
accesslog = None  # the lab writes a line a request itself, without query, referrer and address


def on_starting(server: Any) -> None:
    """Check the settings, upgrade the ledger and make the app once, in the master, before any worker exists.

    Workers share the memory of the app and of the compiler, and start at once. gunicorn's own preload_app does the same
    before this hook: a wrong setting would then be a traceback. The app opens no database connection and starts no
    thread before it is asked.
    """
    from dashboard.hosting.addresses import is_beyond_loopback
    from dashboard.hosting.metrics_folder import open_metrics_folder
    from dashboard.ledger import LedgerUnavailable, upgrade
    from dashboard.settings import Settings, SettingsError, links_said, service_links

    _share_heaps()
    if ignored := service_links(os.environ):
        server.log.info("%s", links_said(ignored))
    # A socket of the file system has a text for its address.
    hosts = [address[0] for address in server.cfg.address if not isinstance(address, str)]
    for host in filter(is_beyond_loopback, hosts):
        server.log.warning("edgelab: %s can be reached from other machines. %s", host, NEEDS_A_PROXY)
    try:
        settings = Settings.from_environment(behind_gunicorn=True)
        open_metrics_folder(settings.data_dir)
        upgrade(settings.database_url)
        server.app.wsgi()  # a course may name a bench that is not there
        from dashboard.hosting.wsgi import roll_call

        roll_call.log()
    except (SettingsError, LedgerUnavailable) as problem:
        server.log.error("edgelab: %s", getattr(problem, "reason", problem))
        sys.exit(3)  # what gunicorn itself exits with when an app does not start


def _share_heaps() -> None:
    """Let the threads of a worker share two heaps of the C library: with one each, a worker grows by 6 MB more.

    Python's own objects are made by one thread at a time, so that they hardly wait for each other.
    """
    with contextlib.suppress(AttributeError, OSError):  # another C library than glibc
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def post_worker_init(_worker: Any) -> None:
    """Count a worker that is about to answer, and let it tell other hosts of this one."""
    from dashboard.hosting.wsgi import roll_call
    from dashboard.web.metrics import worker_began

    worker_began()
    roll_call.go_on()


def child_exit(_server: Any, worker: Any) -> None:
    """Count a worker no more that has ended; what it counted itself stays."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Remove what was counted; a server that could not is followed by one that does."""
    from dashboard.hosting.metrics_folder import remove_metrics_folder

    remove_metrics_folder()
