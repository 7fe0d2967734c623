"""The object store as a bucket of S3, R2 or another service with the same interface."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from botocore.exceptions import ClientError
from pydantic import SecretStr

from adapters.object_store.base import ObjectInfo
from adapters.object_store.content import checked
from adapters.object_store.keys import check_key, check_prefix, is_key
from adapters.object_store.pending_file import PendingFile
from adapters.object_store.s3_connection import S3Connection
from adapters.object_store.s3_errors import code_of, status_of
from domain.errors import (
    KeyRefused,
    ObjectMissing,
    ScriptoriumError,
    SettingsError,
    StoreRefused,
    StoreUnavailable,
)

if TYPE_CHECKING:
    from aiobotocore.response import StreamingBody  # type: ignore[import-untyped]
    from types_aiobotocore_s3 import S3Client
    from types_aiobotocore_s3.type_defs import (
        CompletedPartTypeDef,
        GetObjectOutputTypeDef,
        HeadObjectOutputTypeDef,
    )

_PART = 16 * 1024 * 1024  # bytes; larger files are uploaded in parts of this size
_PARTS = 10_000  # the most that S3 puts together
_CHUNK = 1024 * 1024  # bytes
_CONFLICTS = 8  # attempts at a create that others race for
_PREFIX_BYTES = 120  # S3 names have up to 1024 bytes: the prefix, `/` and a key
_MARK = "created-by"


class S3Store:
    """Objects are those of `bucket` below `prefix`.

    Use it in one event loop. `create` needs a service with conditional writes
    (`If-None-Match: *`), as S3 and R2 have. A crash during `upload` can leave an unfinished
    multipart upload behind: give the bucket a rule that removes them after a day.
    """

    def __init__(  # noqa: PLR0913 - settings, by name
        self,
        bucket: str,
        prefix: str = "",
        *,
        region: str,
        endpoint_url: str | None = None,
        access_key: SecretStr | None = None,
        secret_key: SecretStr | None = None,
        connect_timeout: float = 5.0,
        read_timeout: float = 30.0,
        attempts: int = 4,
    ) -> None:
        """Connects on first use. Timeouts are seconds for each of `attempts`.

        Without keys the AWS credential chain decides, without an endpoint it is AWS.
        Raises `SettingsError`.
        """
        self._bucket = bucket
        self._prefix = _folder(prefix)
        self._connection = S3Connection(
            region=region,
            endpoint_url=endpoint_url,
            access_key=access_key,
            secret_key=secret_key,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            attempts=attempts,
        )
        self._bucket_seen = False

    def __repr__(self) -> str:
        return f"S3Store({self._bucket!r}, {self._prefix!r})"

    async def put(self, key: str, data: bytes) -> None:
        """See `ObjectStore.put`."""
        name = self._name(key)
        async with self._request(name, len(data)) as client:
            await client.put_object(Bucket=self._bucket, Key=name, Body=data)

    async def create(self, key: str, data: bytes) -> bool:
        """See `ObjectStore.create`."""
        name = self._name(key)
        mark = uuid4().hex
        if await self._put_new(name, data, mark):
            return True
        # When an answer is lost, the client's own retry finds the object that we wrote.
        facts = await self._head(name)
        return facts is not None and facts["Metadata"].get(_MARK) == mark

    async def upload(self, key: str, source: Path, sha256: str | None = None) -> None:
        """See `ObjectStore.upload`."""
        name = self._name(key)
        size = (await asyncio.to_thread(source.stat)).st_size
        if size <= _PART:
            data = await asyncio.to_thread(source.read_bytes)
            await self.put(key, b"".join(checked([data], source, sha256)))
            return
        if size > _PART * _PARTS:
            raise StoreRefused(f"object {key!r} is too large for S3: {size} bytes; split it")
        with await asyncio.to_thread(source.open, "rb") as file:
            parts = checked(iter(partial(file.read, _PART), b""), source, sha256)
            await self._upload_parts(name, parts)

    async def get(self, key: str) -> bytes:
        """See `ObjectStore.get`."""
        name = self._name(key)
        async with self._body(name, await self._get(name)) as body:
            return await _whole(body)

    async def get_range(self, key: str, start: int, length: int) -> bytes:
        """See `ObjectStore.get_range`."""
        if start < 0 or length <= 0:
            raise ValueError(f"no range of {length} bytes from {start}")
        name = self._name(key)
        span = f"bytes={start}-{start + length - 1}"
        async with self._request(name) as client:
            try:
                answer = await client.get_object(Bucket=self._bucket, Key=name, Range=span)
            except ClientError as error:
                if status_of(error) == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                    return b""
                raise
        async with self._body(name, answer) as body:
            return await _whole(body)

    async def download(self, key: str, target: Path) -> None:
        """See `ObjectStore.download`."""
        name = self._name(key)
        async with self._body(name, await self._get(name)) as body:
            with PendingFile(target.parent) as file:
                async for chunk in body.iter_chunks(_CHUNK):
                    await asyncio.to_thread(file.write, chunk)
                await asyncio.to_thread(file.replace, target)

    async def head(self, key: str) -> ObjectInfo | None:
        """See `ObjectStore.head`."""
        facts = await self._head(self._name(key))
        return ObjectInfo(key, facts["ContentLength"]) if facts else None

    async def list(self, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        """See `ObjectStore.list`. Holds a page of 1000 names in memory."""
        check_prefix(prefix)
        start = self._prefix + prefix
        async with self._request(start) as client:
            paginator = client.get_paginator("list_objects_v2")
            pages = aiter(paginator.paginate(Bucket=self._bucket, Prefix=start))
        while True:
            async with self._request(start):
                page = await anext(pages, None)
            if page is None:
                return
            for item in page.get("Contents", []):
                key = item["Key"].removeprefix(self._prefix)
                # Consoles leave empty objects such as `books/` to show a folder.
                if is_key(key):
                    yield ObjectInfo(key, item["Size"])

    async def delete(self, key: str) -> None:
        """See `ObjectStore.delete`."""
        name = self._name(key)
        async with self._request(name) as client:
            await client.delete_object(Bucket=self._bucket, Key=name)

    def local_path(self, key: str) -> Path | None:
        """See `ObjectStore.local_path`: never."""
        check_key(key)
        return None

    async def close(self) -> None:
        """See `ObjectStore.close`. The store connects anew when it is used again."""
        await self._connection.close()

    def _name(self, key: str) -> str:
        """The object's name in the bucket."""
        check_key(key)
        return self._prefix + key

    def _request(self, name: str, size: int = 0) -> AbstractAsyncContextManager["S3Client"]:
        return self._connection.request(f"s3://{self._bucket}/{name}", size)

    async def _put_new(self, name: str, data: bytes, mark: str) -> bool:
        """Write `data` with `mark` unless the name is taken; whether that was acknowledged."""
        for _ in range(_CONFLICTS):
            async with self._request(name, len(data)) as client:
                try:
                    await client.put_object(
                        Bucket=self._bucket,
                        Key=name,
                        Body=data,
                        IfNoneMatch="*",
                        Metadata={_MARK: mark},
                    )
                except ClientError as error:
                    if status_of(error) == HTTPStatus.PRECONDITION_FAILED:
                        return False
                    # Another write to the name is under way, and none has won yet.
                    if code_of(error) != "ConditionalRequestConflict":
                        raise
                else:
                    return True
        raise StoreUnavailable(f"{name!r}: {_CONFLICTS} conflicts with other writers; try later")

    async def _upload_parts(self, name: str, contents: Iterator[bytes]) -> None:
        bucket = self._bucket
        async with self._request(name) as client:
            upload = await client.create_multipart_upload(Bucket=bucket, Key=name)
        upload_id = upload["UploadId"]
        parts: list[CompletedPartTypeDef] = []
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._abandon, name, upload_id)
            while data := await asyncio.to_thread(next, contents, b""):
                number = len(parts) + 1
                async with self._request(name, len(data)) as client:
                    part = await client.upload_part(
                        Bucket=bucket, Key=name, UploadId=upload_id, PartNumber=number, Body=data
                    )
                parts.append({"ETag": part["ETag"], "PartNumber": number})
            async with self._request(name) as client:
                await client.complete_multipart_upload(
                    Bucket=bucket, Key=name, UploadId=upload_id, MultipartUpload={"Parts": parts}
                )
            undo.pop_all()

    async def _abandon(self, name: str, upload_id: str) -> None:
        # What stays behind only costs storage, and must not hide the error that led here.
        with suppress(ScriptoriumError):
            async with self._request(name) as client:
                await client.abort_multipart_upload(
                    Bucket=self._bucket, Key=name, UploadId=upload_id
                )

    async def _get(self, name: str) -> "GetObjectOutputTypeDef":
        async with self._request(name) as client:
            return await client.get_object(Bucket=self._bucket, Key=name)

    @asynccontextmanager
    async def _body(
        self, name: str, answer: "GetObjectOutputTypeDef"
    ) -> AsyncIterator["StreamingBody"]:
        async with self._request(name, answer["ContentLength"]), answer["Body"] as body:
            yield body

    async def _head(self, name: str) -> "HeadObjectOutputTypeDef | None":
        try:
            async with self._request(name) as client:
                return await client.head_object(Bucket=self._bucket, Key=name)
        except ObjectMissing:
            await self._check_bucket()
            return None

    async def _check_bucket(self) -> None:
        """Raise `StoreRefused` if there is no bucket, which the answer to HEAD does not tell."""
        if not self._bucket_seen:
            async with self._request(self._prefix) as client:
                await client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)
            self._bucket_seen = True


def _folder(prefix: str) -> str:
    """`prefix` with a `/` at its end, or empty."""
    plain = prefix.strip("/")
    if not plain:
        return ""
    try:
        check_key(plain)
    except KeyRefused as error:
        raise SettingsError(f"S3 prefix: {error}") from error
    if len(plain.encode()) > _PREFIX_BYTES:
        raise SettingsError(f"the S3 prefix is longer than {_PREFIX_BYTES} bytes; shorten it")
    return f"{plain}/"


async def _whole(body: "StreamingBody") -> bytes:
    data: bytes = await body.read()  # the library has no types
    return data
