"""``edgelab worker``: a worker of Celery that computes second opinions for all hosts."""

from __future__ import annotations

from dashboard.settings import Settings
from dashboard.web.logs import set_up
from tracks.commands.terminal import CommandError, ExitCode


def work(settings: Settings, jobs: int) -> ExitCode:
    """Work until the process is told to stop.

    Raises:
        CommandError: there is no broker among the settings.
    """
    if not settings.broker_url:
        raise CommandError("a worker needs EDGELAB_BROKER_URL; write redis://host:6379/0", ExitCode.USAGE)
    from dashboard.second_opinions.worker import Worker

    set_up(settings.log_format, are_requests_logged=False)
    code = Worker(settings, jobs).run()
    return ExitCode.OK if code == 0 else ExitCode.FAILED
