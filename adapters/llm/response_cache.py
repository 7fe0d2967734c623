"""Answers kept by what was asked, so that the same question is not paid for twice."""

import hashlib
import json
import logging

from pydantic import ValidationError

from adapters.object_store.base import ObjectStore
from domain.book import Frozen
from domain.errors import ObjectMissing, ScriptoriumError
from domain.prompt import Prompt

_logger = logging.getLogger(__name__)

_LONGEST = 1_000_000  # characters


class _Kept(Frozen):
    digest: str
    text: str


class ResponseCache:
    """Keeps up to so many answers: each has its slot, and a newer one takes it over.

    The store's failures are logged and otherwise as good as not having the answer.
    """

    def __init__(self, store: ObjectStore, slots: int) -> None:
        self._store = store
        self._slots = slots

    async def get(self, digest: str) -> str | None:
        """The answer to a question, by the digest of the question."""
        try:
            kept = _Kept.model_validate_json(await self._store.get(self._key(digest)))
        except ObjectMissing:
            return None
        except (ScriptoriumError, ValidationError) as error:
            _logger.warning("a kept answer cannot be read (%s)", type(error).__name__)
            return None
        return kept.text if kept.digest == digest else None

    async def put(self, digest: str, text: str) -> None:
        """Keep an answer."""
        if len(text) > _LONGEST:
            return
        kept = _Kept(digest=digest, text=text)
        try:
            await self._store.put(self._key(digest), kept.model_dump_json().encode())
        except ScriptoriumError as error:
            _logger.warning("an answer cannot be kept (%s)", type(error).__name__)

    async def close(self) -> None:
        """Release the store."""
        await self._store.close()

    def _key(self, digest: str) -> str:
        return f"answers/{int(digest, 16) % self._slots:06x}.json"


def digest_of(url: str, model: str, prompt: Prompt, kind: type[Frozen] | None = None) -> str:
    """A question's digest: everything that its answer depends on."""
    asked = {
        "url": url,
        "model": model,
        "prompt": prompt.model_dump(mode="json", exclude={"material", "purpose"}),
        "schema": kind.model_json_schema() if kind else None,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
