"""Versions of entities as entity tags: what a request expects, what it knows already."""

import re
from typing import Annotated

from fastapi import Header
from pydantic.json_schema import SkipJsonSchema

_VERSION = r'^(\*|"[0-9]{1,18}"|[0-9]{1,18})$'
_TAG = re.compile(r'(?:W/)?"([^"]*)"')

IfNoneMatch = Annotated[
    str | SkipJsonSchema[None],
    Header(alias="If-None-Match", max_length=4096, description="ETags already known"),
]
IfMatch = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias="If-Match",
        pattern=_VERSION,
        json_schema_extra={"pattern": _VERSION},
        description='The ETag that it must still have, e.g. `"7"`, or `*`.',
    ),
]


def etag(version: int) -> str:
    """A version as an entity tag."""
    return f'"{version}"'


def expected_version(if_match: str | None) -> int | None:
    """The version that a request expects, None for any."""
    return int(if_match.strip('"')) if if_match and if_match != "*" else None


def knows(if_none_match: str | None, version: int) -> bool:
    """Whether a client has this version already."""
    if not if_none_match:
        return False
    return if_none_match.strip() == "*" or str(version) in _TAG.findall(if_none_match)
