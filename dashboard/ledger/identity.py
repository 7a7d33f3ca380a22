"""Who a student is to the lab: a random number in a signed cookie, and a pseudonym that people can say aloud."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import Flask, Response, current_app, g, request
from itsdangerous import BadSignature, TimestampSigner

from dashboard.settings import Settings

COOKIE = "edgelab_student"
COOKIE_AGE_S = 365 * 86_400
RENEWED_AFTER_S = 30 * 86_400

_SALT = "edgelab.student"
# 32 digits, the time of signing, 48 bytes of HMAC-SHA-384: 64 characters of base64 without a spare bit, so that there
# is one spelling of every cookie.
_SHAPE = re.compile(r"[0-9a-f]{32}\.[A-Za-z0-9_-]{4,12}\.[A-Za-z0-9_-]{64}")
_EXTENSION = "edgelab_identity"

# fmt: off
COLOURS = (
    "Amber", "Apricot", "Aqua", "Ash", "Auburn", "Azure", "Beige", "Bronze", "Burgundy", "Carmine", "Celadon", "Cerise",
    "Cerulean", "Chartreuse", "Chestnut", "Cinnabar", "Citrine", "Claret", "Cobalt", "Copper", "Coral", "Cream",
    "Crimson", "Cyan", "Ecru", "Emerald", "Fawn", "Flaxen", "Fuchsia", "Garnet", "Ginger", "Golden", "Green", "Grey",
    "Hazel", "Indigo", "Ivory", "Jade", "Khaki", "Lavender", "Lemon", "Lilac", "Lime", "Magenta", "Mahogany",
    "Malachite", "Maroon", "Mauve", "Mint", "Mustard", "Ochre", "Olive", "Opal", "Orange", "Orchid", "Peach", "Pearl",
    "Periwinkle", "Pewter", "Pink", "Plum", "Purple", "Quartz", "Rose", "Ruby", "Russet", "Saffron", "Sage", "Salmon",
    "Sandy", "Sapphire", "Scarlet", "Sepia", "Sienna", "Silver", "Slate", "Tangerine", "Taupe", "Tawny", "Teal",
    "Topaz", "Turquoise", "Umber", "Vermilion", "Viridian", "Violet",
)
BIRDS = (
    "Albatross", "Auk", "Avocet", "Bittern", "Blackbird", "Bluebird", "Bunting", "Bustard", "Buzzard", "Canary",
    "Chaffinch", "Cormorant", "Corncrake", "Crane", "Crow", "Cuckoo", "Curlew", "Dipper", "Dove", "Dunlin", "Eagle",
    "Egret", "Eider", "Falcon", "Fieldfare", "Finch", "Flamingo", "Gannet", "Godwit", "Goldfinch", "Goose", "Goshawk",
    "Grebe", "Guillemot", "Gull", "Harrier", "Hawk", "Heron", "Hoopoe", "Hornbill", "Ibis", "Jackdaw", "Jay", "Kestrel",
    "Kingfisher", "Kinglet", "Kite", "Kiwi", "Lapwing", "Lark", "Linnet", "Loon", "Lyrebird", "Macaw", "Magpie",
    "Mallard", "Martin", "Merganser", "Merlin", "Moorhen", "Nightingale", "Nightjar", "Nuthatch", "Oriole", "Osprey",
    "Ostrich", "Owl", "Parrot", "Partridge", "Pelican", "Penguin", "Petrel", "Pheasant", "Pigeon", "Pintail", "Pipit",
    "Plover", "Puffin", "Quail", "Raven", "Razorbill", "Redstart", "Robin", "Sandpiper", "Shearwater", "Shrike",
    "Siskin", "Skua", "Skylark", "Snipe", "Sparrow", "Spoonbill", "Starling", "Stilt", "Stork", "Swallow", "Swan",
    "Swift", "Tern", "Thrush", "Toucan", "Turnstone", "Wagtail", "Warbler", "Waxwing", "Wheatear", "Whimbrel", "Wigeon",
    "Woodcock", "Wren",
)
# fmt: on


@dataclass(frozen=True, kw_only=True, slots=True)
class _Identity:
    """What a server keeps to read and write its cookies."""

    keys: tuple[str, ...] = field(repr=False)
    prefix: str
    framed: bool

    @property
    def cookie(self) -> dict[str, Any]:
        """How a cookie is set and taken away again: in another site's frame a browser keeps it for that site alone."""
        in_frames = self.framed and request.is_secure
        return {
            "path": self.prefix,
            "secure": request.is_secure,
            "httponly": True,
            "samesite": "None" if in_frames else "Lax",
            "partitioned": in_frames,
        }


def new_student() -> str:
    """Return a new student's id: 128 random bits as 32 hexadecimal digits."""
    return secrets.token_hex(16)


def sign(student: str, keys: Sequence[str]) -> str:
    """Return the cookie's value for a student, signed with the newest (first) key."""
    return _signer(keys[:1]).sign(student).decode("ascii")


def read(cookie: object, keys: Sequence[str]) -> str | None:
    """Return the student of a cookie that one of the keys signed within a year, or None for anything else."""
    signed = _read(cookie, keys)
    return signed[0] if signed else None


def pseudonym(student: str) -> str:
    """Return a name like 'Amber Heron 17': the same for the same student, and no way back to the id.

    One of 851,400; in a class of 300 two students share theirs with a probability of 5%.
    """
    number = int.from_bytes(hashlib.sha256(f"edgelab.pseudonym.{student}".encode()).digest(), "big")
    number, colour = divmod(number, len(COLOURS))
    number, bird = divmod(number, len(BIRDS))
    return f"{COLOURS[colour]} {BIRDS[bird]} {10 + number % 90}"


def handle(student: str) -> str:
    """Return a name of a student for programs, 16 hexadecimal digits: a page may know it, and it opens nothing."""
    return hashlib.sha256(f"edgelab.handle.{student}".encode()).hexdigest()[:16]


def install(server: Flask, settings: Settings) -> None:
    """Give every browser that opens a page an identity, and make ``current_student`` work on this server."""
    identity = _Identity(keys=settings.secret_keys, prefix=settings.url_prefix, framed=settings.framed)
    server.extensions[_EXTENSION] = identity

    @server.after_request
    def give_identity(response: Response) -> Response:
        """Set the cookie with a page where it is missing, no longer valid, old, or signed with an old key."""
        if not _is_page(response, identity.prefix):
            return response
        student = current_student()
        if student is not None and _is_fresh(identity):
            return response
        give(response, student or new_student())
        return response


def give(response: Response, student: str) -> None:
    """Let the browser that gets a response be a student from now on."""
    identity: _Identity = current_app.extensions[_EXTENSION]
    response.set_cookie(
        COOKIE,
        sign(student, identity.keys),
        max_age=COOKIE_AGE_S,
        **identity.cookie,
    )
    response.headers["Cache-Control"] = "no-store"  # a cache that kept this page would make two students one


def take_away(response: Response) -> None:
    """Let the browser that gets a response be nobody: the next page that it opens gives it a new identity."""
    identity: _Identity = current_app.extensions[_EXTENSION]
    response.delete_cookie(COOKIE, **identity.cookie)
    response.headers["Cache-Control"] = "no-store"


def current_student() -> str | None:
    """Return the student behind the current request, or None without a valid cookie."""
    if "edgelab_student" not in g:
        keys = current_app.extensions[_EXTENSION].keys
        # A browser may send several of that name, the one with the longest path first.
        found = (read(cookie, keys) for cookie in request.cookies.getlist(COOKIE))
        g.edgelab_student = next((student for student in found if student is not None), None)
    student: str | None = g.edgelab_student
    return student


def prefix() -> str:
    """Return the path under which the current request's lab is served; it starts and ends with a slash."""
    identity: _Identity = current_app.extensions[_EXTENSION]
    return identity.prefix


def _signer(keys: Sequence[str]) -> TimestampSigner:
    # itsdangerous signs with the last key of its list.
    return TimestampSigner(list(reversed(keys)), salt=_SALT, key_derivation="hmac", digest_method=hashlib.sha384)


def _read(cookie: object, keys: Sequence[str]) -> tuple[str, float] | None:
    """Return the student and the age of the signature in seconds, which hosts whose clocks differ may see below 0."""
    if not isinstance(cookie, str) or not _SHAPE.fullmatch(cookie):
        return None
    verified = _verified(cookie, tuple(keys))
    if verified is None:
        return None
    student, signed_at = verified
    age_s = time.time() - signed_at
    return (student, age_s) if age_s <= COOKIE_AGE_S else None


@lru_cache(maxsize=4096)
def _verified(cookie: str, keys: tuple[str, ...]) -> tuple[str, float] | None:
    """Return the student and when the cookie was signed; kept, because every slider change asks it again."""
    try:
        student, signed = _signer(keys).unsign(cookie, return_timestamp=True)
    except BadSignature:
        return None
    return student.decode("ascii"), signed.timestamp()


def _is_fresh(identity: _Identity) -> bool:
    """Whether the cookie in use was signed with the newest key, not long ago."""
    for cookie in request.cookies.getlist(COOKIE):
        if read(cookie, identity.keys) is not None:
            signed = _read(cookie, identity.keys[:1])
            return signed is not None and signed[1] < RENEWED_AFTER_S
    return False


def _is_page(response: Response, prefix: str) -> bool:
    """Whether a browser shows the response as a page: no file, no callback, no redirect, nothing for machines.

    A browser does not send the cookie to paths outside the prefix, so an answer there would replace an identity.
    """
    if request.method != "GET" or response.mimetype != "text/html" or response.status_code not in (200, 404):
        return False
    path = request.script_root + request.path
    first_part, *_ = path.removeprefix(prefix).split("/", 1)
    is_page_path = first_part != "assets" and not first_part.startswith("_") and "." not in path.rsplit("/", 1)[1]
    return path.startswith(prefix) and is_page_path
