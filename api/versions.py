"""Versions of entities as entity tags: what a request expects, what it knows already."""

import re
from typing import Annotated

from fastapi import Header
from pydantic.json_schema import SkipJsonSchema

from api.errors import Refusal
from api.problems import ProblemType

_EXPECTED = r'^(\*|(W/)?"[!#-~]{0,100}"|[0-9]{1,18})$'
_VERSION = re.compile(r'[0-9]{1,18}|"[0-9]{1,18}"')
ANY = "*"
"""The `If-Match` that all have which there are."""

_TAG = re.compile(r'(?:W/)?"([^"]*)"')

IfNoneMatch = Annotated[
    str | SkipJsonSchema[None],
    Header(alias="If-None-Match", max_length=4096, description="ETags already known"),
]
IfMatch = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias="If-Match",
        pattern=_EXPECTED,
        json_schema_extra={"pattern": _EXPECTED},
        description='The ETag that it must still have, e.g. `"7"`, or `*` for any; a weak one '
        "never matches.",
    ),
]


def etag(version: int) -> str:
    """A version as an entity tag."""
    return f'"{version}"'


def expected_version(if_match: str | None) -> int | None:
    """The version that a request expects, None for any.

    Raises:
        Refusal: the tag is that of no version.
    """
    if if_match is None or if_match == ANY:
        return None
    if not _VERSION.fullmatch(if_match):
        raise mismatch(f"Nothing ever has the ETag {if_match}: those here are strong numbers.")
    return int(if_match.strip('"'))


def mismatch(detail: str) -> Refusal:
    """It is not as `If-Match` has it."""
    return Refusal(ProblemType.VERSION_MISMATCH, detail)


def knows(if_none_match: str | None, version: int) -> bool:
    """Whether a client has this version already."""
    if not if_none_match:
        return False
    return if_none_match.strip() == "*" or str(version) in _TAG.findall(if_none_match)
