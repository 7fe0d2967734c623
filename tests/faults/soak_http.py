"""The clients of a soak that announce objects over HTTP, and announce some of them again."""

import hashlib
import hmac
import json
import time
from itertools import count
from random import Random

import httpx
from tenacity import AsyncRetrying, retry_if_exception_type, wait_random

from api.hooks import SIGNATURE
from api.idempotency import REPLAYED
from api.problems import MEDIA_TYPE
from domain.entities.intake import ObjectReceived, intake_id
from domain.entities.request import AnswerRecorded, request_id
from domain.events import StreamId
from tests.faults.soak_ledger import Acknowledged, Ledger
from tests.faults.soak_load import PAUSE_SECONDS
from tests.faults.soak_server import BUCKET, HOOK_SECRET

_PATH = "/v1/hooks/object-created"
_REPEATED = 0.25  # of all announcements


class _NotServed(Exception):
    """There was no answer, or one that asks to come again."""


class Announcer:
    """Announces one new object after the other, each under a key of its own."""

    pause = PAUSE_SECONDS

    def __init__(self, name: str, http: httpx.AsyncClient, ledger: Ledger, random: Random) -> None:
        self.name = name
        self._http = http
        self._ledger = ledger
        self._random = random
        self._numbers = count(1)
        self._retrying = AsyncRetrying(
            retry=retry_if_exception_type(_NotServed), wait=wait_random(0.02, 0.2), reraise=True
        )

    async def step(self) -> None:
        """See `Client`."""
        key = f"{self.name}-{next(self._numbers)}"
        first = await self._announce(f"{key}.pdf", key)
        if self._random.random() < _REPEATED:
            again = await self._announce(f"{key}.pdf", key)
            if again.text != first.text or REPLAYED not in again.headers:
                self._ledger.problems.append(f"{key} got another answer when it came again")
        if self._random.random() < _REPEATED:
            await self._announce(f"{key}.pdf", f"{key}-by-another")

    async def _announce(self, name: str, key: str) -> httpx.Response:
        """Repeat an announcement until it is accepted."""
        began = time.monotonic()
        etag = hashlib.sha256(name.encode()).hexdigest()
        found = {"key": name, "size": 1, "eTag": etag}
        message = {"action": "PutObject", "bucket": BUCKET, "object": found}
        body = json.dumps(message).encode()
        response: httpx.Response = await self._retrying.copy()(self._post, body, key)
        id = intake_id(f"s3://{BUCKET}/{name}", etag)
        request = StreamId("request", request_id("POST", _PATH, key))
        self._ledger.requests += 1
        await self._ledger.note(
            self.name,
            began,
            Acknowledged(StreamId("intake", id), f"receive:{id}", 1, (ObjectReceived.__name__,)),
            Acknowledged(request, "answer:1", 2, (AnswerRecorded.__name__,)),
        )
        return response

    async def _post(self, body: bytes, key: str) -> httpx.Response:
        digest = hmac.new(HOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            SIGNATURE: f"sha256={digest}",
        }
        try:
            response = await self._http.post(_PATH, content=body, headers=headers)
        except httpx.TransportError as error:
            self._ledger.answers[type(error).__name__] += 1
            raise _NotServed from error
        media_type = response.headers.get("Content-Type")
        self._ledger.answers[f"{response.status_code} {media_type}"] += 1
        if response.status_code == 202:
            return response
        is_promised = response.status_code == 503 and media_type == MEDIA_TYPE
        if not is_promised or "Retry-After" not in response.headers:
            self._ledger.problems.append(f"undocumented: {response.status_code} {response.text!r}")
        raise _NotServed
