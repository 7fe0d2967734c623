"""What is stored is what was meant: a file may be written to while it is read."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from domain.errors import SourceChanged


def checked(chunks: Iterable[bytes], source: Path, sha256: str | None) -> Iterator[bytes]:
    """The chunks read from `source`.

    Raises:
        SourceChanged: at their end, when they do not have the stated SHA-256.
    """
    if sha256 is None:
        yield from chunks
        return
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != sha256:
        raise SourceChanged(f"{source} was written to while it was read; run again once it is done")
