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
# Over TLS at the root of a host: a browser takes a cookie of such a name from this host alone, never from a neighbour.
HOST_COOKIE = "__Host-edgelab_student"
COOKIE_AGE_S = 365 * 86_400
RENEWED_AFTER_S = 30 * 86_400

# A value signed for one name opens nothing under the other: what plain HTTP gave cannot be planted for TLS.
_SALTS = {COOKIE: "edgelab.student", HOST_COOKIE: "edgelab.student.host"}
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
    signed_on: bool

    @property
    def name(self) -> str:
        """Under which name the current request's browser keeps its cookie."""
        return HOST_COOKIE if request.is_secure and self.prefix == "/" else COOKIE

    @property
    def names(self) -> tuple[str, ...]:
        """Under which names a cookie is looked for; the last is how earlier versions called it."""
        return tuple(dict.fromkeys((self.name, COOKIE)))

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


def sign(student: str, keys: Sequence[str], *, name: str = COOKIE) -> str:
    """Return the value of a student's cookie of a name, signed with the newest (first) key."""
    return _signer(keys[:1], name).sign(student).decode("ascii")


def read(cookie: object, keys: Sequence[str], *, name: str = COOKIE) -> str | None:
    """Return the student of a cookie that one of the keys signed within a year, or None for anything else."""
    signed = _read(cookie, keys, name)
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
    identity = _Identity(
        keys=settings.secret_keys,
        prefix=settings.url_prefix,
        framed=settings.framed,
        signed_on=bool(settings.identity_header),
    )
    server.extensions[_EXTENSION] = identity
    if identity.signed_on:
        return

    @server.after_request
    def give_identity(response: Response) -> Response:
        """Set the cookie with a page where it is missing, no longer valid, old, or signed with an old key."""
        if request.method != "GET":
            return response
        if response.mimetype != "text/html" or response.status_code not in (200, 404) or not is_page_path():
            return response
        student = current_student()
        if student is not None and _is_fresh(identity):
            return response
        give(response, student or new_student())
        return response


def signs_in(student: str) -> None:
    """Let the current request be a student's that another check than the cookie's has found."""
    g.edgelab_student = student


def is_signed_on() -> bool:
    """Whether who a student is comes from a sign-on in front of the lab, and no cookie counts."""
    identity: _Identity = current_app.extensions[_EXTENSION]
    return identity.signed_on


def cookie_name() -> str:
    """Return under which name the browser of the current request keeps its cookie."""
    identity: _Identity = current_app.extensions[_EXTENSION]
    return identity.name


def give(response: Response, student: str) -> None:
    """Let the browser that gets a response be a student from now on, whose cookie is signed anew."""
    identity: _Identity = current_app.extensions[_EXTENSION]
    _delete(response, identity, but=identity.name)
    response.set_cookie(
        identity.name,
        sign(student, identity.keys, name=identity.name),
        max_age=COOKIE_AGE_S,
        **identity.cookie,
    )
    response.headers["Cache-Control"] = "no-store"  # a cache that kept this page would make two students one


def take_away(response: Response) -> None:
    """Let the browser that gets a response be nobody: the next page that it opens gives it a new identity."""
    identity: _Identity = current_app.extensions[_EXTENSION]
    _delete(response, identity)
    response.headers["Cache-Control"] = "no-store"


def _delete(response: Response, identity: _Identity, *, but: str = "") -> None:
    for name in identity.names:
        if name != but and (name == identity.name or name in request.cookies):
            response.delete_cookie(name, **identity.cookie)


def current_student() -> str | None:
    """Return the student behind the current request, or None without a valid cookie."""
    if "edgelab_student" not in g:
        identity: _Identity = current_app.extensions[_EXTENSION]
        used = None if identity.signed_on else _used(identity)
        g.edgelab_student = used[2] if used else None
    student: str | None = g.edgelab_student
    return student


def _used(identity: _Identity) -> tuple[str, str, str] | None:
    """Return name, value and student of the cookie in use, the first that is valid.

    A browser may send several of a name, the one with the longest path first.
    """
    for name in identity.names:
        for value in request.cookies.getlist(name):
            student = read(value, identity.keys, name=name)
            if student is not None:
                return name, value, student
    return None


def prefix() -> str:
    """Return the path under which the current request's lab is served; it starts and ends with a slash."""
    identity: _Identity = current_app.extensions[_EXTENSION]
    return identity.prefix


def _signer(keys: Sequence[str], name: str) -> TimestampSigner:
    # itsdangerous signs with the last key of its list.
    return TimestampSigner(list(reversed(keys)), salt=_SALTS[name], key_derivation="hmac", digest_method=hashlib.sha384)


def _read(cookie: object, keys: Sequence[str], name: str) -> tuple[str, float] | None:
    """Return the student and the age of the signature in seconds, which hosts whose clocks differ may see below 0."""
    if not isinstance(cookie, str) or not _SHAPE.fullmatch(cookie):
        return None
    verified = _verified(cookie, tuple(keys), name)
    if verified is None:
        return None
    student, signed_at = verified
    age_s = time.time() - signed_at
    return (student, age_s) if age_s <= COOKIE_AGE_S else None


@lru_cache(maxsize=4096)
def _verified(cookie: str, keys: tuple[str, ...], name: str) -> tuple[str, float] | None:
    """Return the student and when the cookie was signed; kept, because every slider change asks it again."""
    try:
        student, signed = _signer(keys, name).unsign(cookie, return_timestamp=True)
    except BadSignature:
        return None
    return student.decode("ascii"), signed.timestamp()


def _is_fresh(identity: _Identity) -> bool:
    """Whether the cookie in use has the name it should have and was signed with the newest key, not long ago."""
    used = _used(identity)
    if used is None or used[0] != identity.name:
        return False
    signed = _read(used[1], identity.keys[:1], used[0])
    return signed is not None and signed[1] < RENEWED_AFTER_S


def is_page_path() -> bool:
    """Whether the current request's address is that of a page: no file, no callback, nothing for machines.

    A browser does not send the cookie to paths outside the prefix, so an answer there would replace an identity.
    """
    path, under = request.script_root + request.path, prefix()
    first_part, *_ = path.removeprefix(under).split("/", 1)
    is_page_path = first_part != "assets" and not first_part.startswith("_") and "." not in path.rsplit("/", 1)[1]
    return path.startswith(under) and is_page_path
