"""Who a student is where a sign-on in front of the lab says it: a header that the lab's own proxy sets, and no other.

The header's value is not kept. What the lab calls a student is an HMAC of it under the last of the secret keys, so that
a new key in front of the list leaves everybody who they are.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress

from flask import Flask, request

from dashboard.ledger import identity
from dashboard.settings import Settings
from dashboard.web import ids
from dashboard.web.request_checks import RequestRefused

LONGEST = 256  # characters of a name
NOT_SIGNED_ON = (
    "This lab takes who you are from your sign-on, and this request came without one. Open the lab at its own address "
    "and sign in."
)
SENT_BY_OTHERS = (
    "This request says itself who its student is, which only the sign-on in front of this lab may do. Open the lab at "
    "its own address."
)
NO_NAME = (
    f"The sign-on in front of this lab sent no single name of at most {LONGEST} printable characters, so nobody is "
    "signed in. Tell whoever runs the lab."
)
BY_SIGN_ON = "Who you are here comes from your sign-on, so this can neither be changed nor carried over."


def install(server: Flask, settings: Settings) -> None:
    """Let every request of a server that is about a student be that of the sign-on's, or refuse it.

    Called after the server reads X-Forwarded-For and before anything asks for the student.
    """
    if not settings.identity_header:
        return
    variable = "HTTP_" + settings.identity_header.upper().replace("-", "_")
    key = settings.secret_keys[-1].encode()
    networks = [ipaddress.ip_network(each) for each in settings.identity_from]
    prefix = settings.url_prefix

    def comes_from_proxy() -> bool:
        """Whether who sent the request is a proxy that may name a student, and passed it on as it should."""
        given: dict[str, str | None] = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
        peer = given.get("REMOTE_ADDR") or ""
        hops = [hop for hop in request.environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        return len(hops) >= settings.trusted_proxies and _is_among(peer, networks)

    @server.before_request
    def sign_in() -> None:
        path = (request.script_root + request.path).removeprefix(prefix)
        first_part = path.split("/", 1)[0]
        if first_part == "assets" or (first_part.startswith("_") and first_part not in ids.PAGES_OWN):
            return  # for machines and for everybody: no student is asked for there
        given = request.environ.get(variable, "").strip()
        if not given:
            raise RequestRefused(NOT_SIGNED_ON, code=403)
        if not comes_from_proxy():
            raise RequestRefused(SENT_BY_OTHERS, code=403)
        # A server joins headers of one name with commas; which of them the proxy has set cannot be told.
        if (
            len(given) > LONGEST
            or "," in given
            or any(ord(character) < 32 or ord(character) == 127 for character in given)
        ):
            raise RequestRefused(NO_NAME, code=403)
        identity.signs_in(student_of(given, key))


def student_of(name: str, key: bytes) -> str:
    """Return a student's id of a name as WSGI has it, in Latin-1: 32 hexadecimal digits that do not lead back."""
    said = b"edgelab.sign_on." + name.encode("latin-1", "backslashreplace")
    return hmac.new(key, said, hashlib.sha256).hexdigest()[:32]


def refuse_signed_on() -> None:
    """Refuse what makes no sense where a sign-on says who a student is.

    Raises:
        RequestRefused: it does here.
    """
    if identity.is_signed_on():
        raise RequestRefused(BY_SIGN_ON, code=403)


def _is_among(peer: str, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    if not peer:
        return True  # a socket of the file system, which only this machine's users reach
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in networks)
