"""Texts of a project: stored first, as objects that never change, then named by what happened."""

import hashlib
from typing import Annotated

from pydantic import Field

from domain.book import Frozen

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class TextRef(Frozen):
    """A stored text: SHA-256 of its UTF-8 in hexadecimal, and how many words it has."""

    sha256: Digest
    words: int = Field(ge=0, le=1_000_000)


def text_ref(text: str) -> TextRef:
    """What stands for a text."""
    return TextRef(sha256=hashlib.sha256(text.encode()).hexdigest(), words=len(text.split()))


def text_key(project_id: str, text: TextRef) -> str:
    """The key of the object that holds a text."""
    return f"projects/{project_id}/texts/{text.sha256}"
