"""Which keys are allowed: the same for every store, so that a library can move between them.

A key is relative, `/`-separated, at most 900 bytes of UTF-8 long, without control characters and
backslashes; its parts are 1 to 255 bytes long, which is what file systems hold, and not `.` or
`..`. The first part is not `.tmp`, where the local store keeps unfinished files.
"""

import re

from domain.errors import KeyRefused

KEY_BYTES = 900
PART_BYTES = 255
SCRATCH = ".tmp"

# Control characters, backslash, and surrogates, which UTF-8 cannot express.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")


def check_key(key: str) -> None:
    """Raise `KeyRefused` unless `key` may name an object."""
    _check(key, key.split("/"))


def check_prefix(prefix: str) -> None:
    """Raise `KeyRefused` unless a key may start with `prefix`; it may be empty or end anywhere."""
    _check(prefix, prefix.split("/")[:-1])


def is_key(name: str) -> bool:
    """Whether `name`, found in a store, may name an object."""
    try:
        check_key(name)
    except KeyRefused:
        return False
    return True


def _check(key: str, parts: list[str]) -> None:
    fault = _fault(key, parts)
    if fault:
        raise KeyRefused(f"key {key[:100]!r} {fault}")


def _fault(key: str, parts: list[str]) -> str | None:
    """What is wrong with `key`; `parts` are those of its parts that are complete."""
    if _FORBIDDEN.search(key):
        return "holds a backslash, a control character or half a surrogate pair"
    if len(key.encode()) > KEY_BYTES:
        return f"is longer than {KEY_BYTES} bytes"
    if any(len(part.encode()) > PART_BYTES for part in key.split("/")):
        return f"has a part longer than {PART_BYTES} bytes"
    if any(part in {"", ".", ".."} for part in parts):
        return "is not a plain relative path: it has an empty, `.` or `..` part"
    if parts and parts[0] == SCRATCH:
        return f"starts with `{SCRATCH}/`, which is reserved"
    return None
