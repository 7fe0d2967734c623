"""What only the S3 store must do."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.object_store import s3_connection
from adapters.object_store.base import ObjectInfo
from adapters.object_store.s3 import S3Store
from domain.errors import ScriptoriumError, SettingsError, StoreRefused, StoreUnavailable
from tests.contract.conftest import ACCESS_KEY, BUCKET, SECRET_KEY, MakeS3Store
from tests.contract.s3_server import HOST, Fault, S3Server

CONFLICT = Fault("PUT", "409 Conflict", "ConditionalRequestConflict")
BUSY = Fault("PUT", "503 Slow Down", "SlowDown")
DENIED = Fault("PUT", "403 Forbidden", "AccessDenied")
LARGE = 17 * 1024 * 1024


@asynccontextmanager
async def server_that(answers: bytes | None) -> AsyncIterator[str]:
    """The URL of a server that answers with these bytes and hangs up, or never even listens."""
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answers is None:
            await done.wait()
        else:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answers)
        writer.close()

    server = await asyncio.start_server(serve, HOST, 0, limit=1024 * 1024)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        done.set()
        server.close()
        await server.wait_closed()


def every_call(store: S3Store, file: Path) -> list[Coroutine[object, object, object]]:
    async def listed() -> list[ObjectInfo]:
        return [info async for info in store.list()]

    return [
        store.put("a", b"data"),
        store.create("a", b"data"),
        store.upload("a", file),
        store.get("a"),
        store.get_range("a", 0, 1),
        store.download("a", file),
        store.head("a"),
        store.delete("a"),
        listed(),
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"local")
    return path


@pytest.fixture
def large_file(tmp_path: Path) -> Path:
    path = tmp_path / "large"
    path.write_bytes(bytes(LARGE))
    return path


async def test_writes_send_only_what_every_service_knows(
    s3_store: S3Store, s3_server: S3Server, large_file: Path
) -> None:
    await s3_store.put("put", b"data")
    await s3_store.create("created", b"data")
    await s3_store.upload("uploaded", large_file)
    writes = [request for request in s3_server.requests if request.method in {"PUT", "POST"}]
    assert len(writes) == 6  # two objects; begin, two parts and end of the upload
    for request in writes:
        names = set(request.headers)
        assert not {name for name in names if "checksum" in name}
        assert not names & {"x-amz-trailer", "transfer-encoding", "expect"}
        assert "aws-chunked" not in request.headers.get("content-encoding", "")
        assert "STREAMING" not in request.headers["x-amz-content-sha256"]


async def test_large_files_are_uploaded_in_parts(
    s3_store: S3Store, s3_server: S3Server, large_file: Path
) -> None:
    await s3_store.upload("a", large_file)
    sizes = [int(r.headers["content-length"]) for r in s3_server.requests if r.method == "PUT"]
    assert sizes == [16 * 1024 * 1024, 1024 * 1024]


async def test_failed_upload_is_taken_back(
    s3_store: S3Store, s3_server: S3Server, large_file: Path
) -> None:
    await s3_store.put("a", b"old")
    s3_server.faults.append(DENIED)
    with pytest.raises(StoreRefused, match="AccessDenied"):
        await s3_store.upload("a", large_file)
    last = s3_server.requests[-1]
    assert (last.method, "uploadId=" in last.query) == ("DELETE", True)
    assert await s3_store.get("a") == b"old"


async def test_list_turns_pages(
    s3_store: S3Store, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")
    keys = [f"books/{number:03}" for number in range(35)]
    for key in keys:
        await s3_store.put(key, b"")
    s3_server.requests.clear()
    assert [info.key async for info in s3_store.list("books/")] == keys
    assert len(s3_server.requests) == 4


async def test_list_leaves_out_folder_markers(
    s3_store: S3Store, s3_server: S3Server, s3_prefix: str
) -> None:
    s3_server.put(f"/{BUCKET}/{s3_prefix}/books/")
    await s3_store.put("books/a", b"there")
    assert [info.key async for info in s3_store.list()] == ["books/a"]


async def test_prefix_holds_only_its_own(
    s3_store: S3Store, s3_server: S3Server, s3_prefix: str
) -> None:
    s3_server.put(f"/{BUCKET}/{s3_prefix}-other/a")
    assert [info.key async for info in s3_store.list()] == []


async def test_create_goes_on_after_a_conflict(s3_store: S3Store, s3_server: S3Server) -> None:
    s3_server.faults += [CONFLICT, CONFLICT]
    assert await s3_store.create("a", b"data") is True
    assert await s3_store.get("a") == b"data"


async def test_create_gives_up_after_many_conflicts(s3_store: S3Store, s3_server: S3Server) -> None:
    s3_server.faults += [CONFLICT] * 20
    with pytest.raises(StoreUnavailable, match="conflicts"):
        await s3_store.create("a", b"data")
    assert len(s3_server.requests) == 8


async def test_create_knows_its_own_object_after_a_lost_answer(
    s3_store: S3Store, s3_server: S3Server
) -> None:
    s3_server.faults.append(BUSY._replace(lost=True))
    assert await s3_store.create("a", b"data") is True
    assert [request.method for request in s3_server.requests] == ["PUT", "PUT", "HEAD"]


async def test_busy_service_is_asked_again(s3_store: S3Store, s3_server: S3Server) -> None:
    s3_server.faults.append(BUSY)
    await s3_store.put("a", b"data")
    assert await s3_store.get("a") == b"data"


async def test_service_that_stays_busy(s3_store: S3Store, s3_server: S3Server) -> None:
    s3_server.faults += [BUSY] * 2
    with pytest.raises(StoreUnavailable, match="503 SlowDown"):
        await s3_store.put("a", b"data")
    assert s3_server.faults == []


async def test_server_down(s3_store_at: MakeS3Store, file: Path) -> None:
    async with server_that(b"") as url:
        pass
    store = s3_store_at(url, attempts=1)
    for call in every_call(store, file):
        with pytest.raises(StoreUnavailable, match="EndpointConnectionError"):
            await call
    assert contents(file.parent) == {"file": b"local"}


async def test_server_that_hangs(
    s3_store_at: MakeS3Store, file: Path, large_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_connection, "_SLOWEST", 1e12)
    async with server_that(None) as url:
        store = s3_store_at(url, attempts=1, timeout=0.1)
        for call in [*every_call(store, file), store.put("a", bytes(LARGE))]:
            with pytest.raises(StoreUnavailable):
                await call
        await store.close()


async def test_broken_download_leaves_the_old_file(s3_store_at: MakeS3Store, file: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: x\r\n\r\nonly this"
    async with server_that(answer) as url:
        store = s3_store_at(url, attempts=1)
        with pytest.raises(StoreUnavailable):
            await store.download("a", file)
        with pytest.raises(StoreUnavailable):
            await store.get("a")
        await store.close()
    assert contents(file.parent) == {"file": b"local"}


async def test_website_is_not_an_empty_store(s3_store_at: MakeS3Store) -> None:
    answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    async with server_that(answer) as url:
        store = s3_store_at(url, attempts=1)
        for call in (store.get("a"), store.head("a"), anext(store.list())):
            with pytest.raises(StoreRefused, match="404"):
                await call
        await store.close()


async def test_wrong_bucket(s3_store_at: MakeS3Store, s3_server: S3Server, file: Path) -> None:
    store = s3_store_at(s3_server.url, bucket="no-such-library")
    for call in every_call(store, file):
        with pytest.raises(StoreRefused, match="NoSuchBucket"):
            await call
    assert contents(file.parent) == {"file": b"local"}


async def test_bucket_is_checked_once(s3_store: S3Store, s3_server: S3Server) -> None:
    assert [await s3_store.head("a"), await s3_store.head("b")] == [None, None]
    assert [request.method for request in s3_server.requests] == ["HEAD", "GET", "HEAD"]


async def test_no_credentials(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    store = S3Store(BUCKET, region="us-east-1", endpoint_url=s3_server.url)
    with pytest.raises(StoreRefused, match="NoCredentialsError"):
        await store.get("a")
    await store.close()


async def test_secrets_are_not_shown(
    s3_store_at: MakeS3Store, s3_server: S3Server, file: Path
) -> None:
    async with server_that(b"") as down:
        pass
    wrong_bucket = s3_store_at(s3_server.url, bucket="no-such-library")
    unreachable = s3_store_at(down, attempts=1)
    shown = [repr(wrong_bucket), repr(vars(wrong_bucket))]
    for call in every_call(wrong_bucket, file) + every_call(unreachable, file):
        with pytest.raises(ScriptoriumError) as caught:
            await call
        shown += traceback.format_exception(caught.value)
    assert any("no-such-library" in text for text in shown)
    assert not [text for text in shown if ACCESS_KEY in text or SECRET_KEY in text]


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://me:hidden@host",
        "https://hidden@host",
        "https://host/?key=hidden",
        "https://host/#hidden",
        "https://host:hidden",
        "https://[hidden",
        "ftp://hidden",
        "hidden",
        "",
    ],
)
def test_endpoint_must_be_plain(endpoint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        S3Store(BUCKET, region="auto", endpoint_url=endpoint)
    assert "hidden" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("prefix", ["..", "a//b", "a\\b", "p" * 121])
def test_prefix_must_be_plain(prefix: str) -> None:
    with pytest.raises(SettingsError, match="prefix"):
        S3Store(BUCKET, prefix, region="auto")


def test_half_the_credentials_are_refused() -> None:
    with pytest.raises(SettingsError, match="together"):
        S3Store(BUCKET, region="auto", access_key=SecretStr(ACCESS_KEY))


async def test_store_can_be_used_after_close(s3_store: S3Store) -> None:
    await s3_store.put("a", b"there")
    await s3_store.close()
    assert await s3_store.get("a") == b"there"
