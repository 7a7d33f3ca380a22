"""Where a server listens: whether the address can be opened, and whether other machines reach it."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracks.commands.terminal import CommandError, ExitCode


@contextmanager
def address_errors(host: str, port: int, *, host_option: str = "--host", port_option: str = "--port") -> Iterator[None]:
    """Say in a sentence why an address cannot be listened on, and with which option another is chosen.

    Raises:
        CommandError: it cannot.
    """
    try:
        yield
    except (OSError, UnicodeError) as problem:
        number = getattr(problem, "errno", None)
        if number in (errno.EACCES, errno.EPERM):
            sentence = f"port {port} may not be opened by this user; choose one of 1024 to 65535 with {port_option}"
        elif number == errno.EADDRINUSE:
            sentence = f"port {port} on {host} is taken; choose another with {port_option}"
        else:
            sentence = f"{host} is no address of this machine; choose one with {host_option}, for example 127.0.0.1"
        raise CommandError(sentence, ExitCode.ADDRESS) from None


def check_address(host: str, port: int) -> None:
    """Open an address and close it again: a lab takes some seconds to be made.

    Raises:
        OSError, UnicodeError: it cannot be opened.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)


def check_bind(bind: str) -> None:
    """Find out whether an address as EDGELAB_BIND has it, ``host:port`` or ``unix:/path``, can be opened.

    Raises:
        CommandError: it cannot.
    """
    if bind.startswith("unix:"):
        _check_socket(Path(bind.removeprefix("unix:")))
        return
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    with address_errors(host, int(port), host_option="--bind", port_option="--bind"):
        check_address(host, int(port))


def is_beyond_loopback(host: str) -> bool:
    """Whether other machines may reach what listens there.

    >>> is_beyond_loopback("127.0.0.1"), is_beyond_loopback("::"), is_beyond_loopback("localhost")
    (False, True, False)
    """
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _check_socket(path: Path) -> None:
    try:
        is_other = path.exists() and not stat.S_ISSOCK(path.stat().st_mode)
        if is_other or not path.parent.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
            why = "there is a file of that name" if is_other else f"{path.parent} is no folder that this user may write"
            raise CommandError(f"unix:{path} cannot be opened: {why}; choose another with --bind", ExitCode.ADDRESS)
    except OSError as problem:
        raise CommandError(f"unix:{path} cannot be opened ({problem.strerror})", ExitCode.ADDRESS) from None
