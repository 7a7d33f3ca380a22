"""The key that signs cookies: split where several are given, made once where none is."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

KEY_CHARACTERS = 32  # 128 bits even where the key is written in hexadecimal
MAKE_A_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'


class SettingsError(ValueError):
    """A setting that cannot work; the sentence names what would be right."""


def split_keys(text: str, owner: str) -> tuple[str, ...]:
    """Return the keys of a comma-separated text; ``owner`` is what a refusal names."""
    keys = tuple(key.strip() for key in text.split(","))
    shortest = min(len(key) for key in keys)
    if shortest < KEY_CHARACTERS:
        raise SettingsError(
            f"{owner}: a key has {shortest} characters and needs {KEY_CHARACTERS}; make one with {MAKE_A_KEY}"
        )
    return keys


def kept_keys(path: Path) -> tuple[str, ...]:
    """Return the keys of the file, made on first use; workers that start together all get the same."""
    try:
        if not path.exists():
            _make_key_file(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        raise SettingsError(f"{path} does not hold a key; move it away and start again") from None
    except OSError as problem:
        raise SettingsError(
            f"{path} cannot be made or read ({problem.strerror}); set EDGELAB_SECRET_KEY, "
            f"or EDGELAB_DATA_DIR to a folder that this user may write"
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise SettingsError(f"{path} can be read by others on this machine; run chmod 600 '{path}'")
    return split_keys(text, str(path))


def _make_key_file(path: Path) -> None:
    """Write a whole key beside ``path``, then link it into place: the first link wins, no reader sees half a key."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
