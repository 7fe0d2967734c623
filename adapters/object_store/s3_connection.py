"""One connection to an S3 service: its client, its time limits, its errors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiobotocore.config import AioConfig  # type: ignore[import-untyped]
from aiobotocore.session import AioSession  # type: ignore[import-untyped]
from botocore.handlers import add_expect_header
from pydantic import SecretStr

from adapters.object_store.s3_errors import FOREIGN_ERRORS, translated
from domain.errors import SettingsError, StoreUnavailable

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

_SLOWEST = 256 * 1024  # bytes a second; a slower transfer is given up
_CONNECTIONS = 32


class S3Connection:
    """Makes one client on first use; the client belongs to the event loop of that moment."""

    def __init__(  # noqa: PLR0913 - settings, by name
        self,
        *,
        region: str,
        endpoint_url: str | None,
        access_key: SecretStr | None,
        secret_key: SecretStr | None,
        connect_timeout: float,
        read_timeout: float,
        attempts: int,
    ) -> None:
        """Timeouts are seconds for each of `attempts`. Raises `SettingsError`."""
        if (access_key is None) != (secret_key is None):
            raise SettingsError("give the S3 access key and the secret key together, or neither")
        if endpoint_url is not None:
            _check_endpoint(endpoint_url)
        self._region = region
        self._endpoint_url = endpoint_url
        self._access_key = access_key
        self._secret_key = secret_key
        self._patience = attempts * (connect_timeout + read_timeout)
        self._config = AioConfig(
            # Only the checksums that every service knows: R2 refuses the newer ones.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            max_pool_connections=_CONNECTIONS,
            s3={"addressing_style": "path" if endpoint_url else "auto"},
        )
        self._client: S3Client | None = None
        self._connecting = asyncio.Lock()
        self._resources = AsyncExitStack()

    @asynccontextmanager
    async def request(self, subject: str, size: int = 0) -> AsyncIterator["S3Client"]:
        """The client, for one call about `subject` that moves `size` bytes.

        Raises:
            StoreUnavailable: no answer, or not in time.
            StoreRefused, ObjectMissing: as answered.
        """
        try:
            # aiohttp's own timeouts do not run while a body is sent, and start anew with every
            # byte that is received.
            async with asyncio.timeout(self._patience + size / _SLOWEST):
                yield await self._connected()
        except FOREIGN_ERRORS as error:
            raise translated(error, subject) from error
        except TimeoutError as error:
            raise StoreUnavailable(f"{subject}: no answer in time; check the endpoint") from error

    async def close(self) -> None:
        """Drop the client; another is made if need be."""
        async with self._connecting:
            self._client = None
            await self._resources.aclose()

    async def _connected(self) -> "S3Client":
        async with self._connecting:
            if self._client is None:
                creating = AioSession().create_client(
                    "s3",
                    region_name=self._region,
                    endpoint_url=self._endpoint_url,
                    aws_access_key_id=_revealed(self._access_key),
                    aws_secret_access_key=_revealed(self._secret_key),
                    config=self._config,
                )
                client: S3Client = await self._resources.enter_async_context(creating)
                # `Expect: 100-continue` costs each write a round trip, and aiohttp would wait for
                # ever where a service does not answer it.
                client.meta.events.unregister("before-call.s3", add_expect_header)
                self._client = client
            return self._client


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _check_endpoint(url: str) -> None:
    """Raise `SettingsError` unless `url` is plain: endpoints are shown in error messages."""
    advice = (
        "write SCRIPTORIUM_S3_ENDPOINT as https://host or https://host:port, the keys apart from it"
    )
    try:
        parts = urlsplit(url)
        plain = parts.hostname and parts.port != 0 and parts.scheme in {"http", "https"}
    except ValueError:
        # Not chained: the message repeats what was given.
        raise SettingsError(advice) from None
    if not plain or "@" in parts.netloc or parts.query or parts.fragment:
        raise SettingsError(advice)
