import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from cluster.settings import load_settings
from domain.entities.intake import (
    IntakeStage,
    IntakeState,
    RefuseObject,
    TakeObject,
    WholeIntake,
    intake_id,
)
from domain.errors import SettingsError
from domain.events import START
from tests.unit.api_server import Server, serving, streaming

HOOK = "/v1/hooks/object-created"
PROJECTS = "/v1/projects"
SECRET = "a-secret-of-some-length"
ETAG = "c846ff7a18f28c2e262116d6e8719ef0"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(tmp_path, hook_secret=SECRET, hook_buckets="incoming,other") as running:
        yield running


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def send(server: Server, message: object, **headers: str) -> httpx.Response:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    sent = {
        "Content-Type": "application/json",
        "X-Scriptorium-Signature": signed(body),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return await server.client.post(HOOK, content=body, headers=sent)


def s3(
    key: str = "books/a+b%C3%A9.pdf",
    event: str = "ObjectCreated:Put",
    bucket: str = "incoming",
    etag: str = ETAG,
) -> dict[str, object]:
    found = {"key": key, "size": 1000, "eTag": etag, "sequencer": "0055AED6DCD90281E5"}
    return {
        "eventVersion": "2.1",
        "eventName": event,
        "s3": {"bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"}, "object": found},
    }


def r2(key: str = "books/a+b é.pdf", action: str = "PutObject", bucket: str = "incoming") -> object:
    return {
        "account": "3f4b7e3dcab231cbfdaa90a6a28bd548",
        "action": action,
        "bucket": bucket,
        "object": {"key": key, "size": 1000, "eTag": ETAG},
        "eventTime": "2024-05-24T19:36:44.379Z",
    }


async def intake(server: Server, uri: str, etag: str = ETAG) -> IntakeState:
    entities = server.services.entities
    answer = await entities.query("intake", intake_id(uri, etag), WholeIntake())
    assert isinstance(answer.value, IntakeState)
    return answer.value


def counts(response: httpx.Response) -> tuple[int, int]:
    """How many objects were accepted and ignored."""
    receipt = response.json()
    assert len(receipt["objects"]) == receipt["accepted"]
    return receipt["accepted"], receipt["ignored"]


async def events(server: Server) -> int:
    return len((await server.services.log.read_all(START, 100)).events)


@pytest.mark.parametrize("event", ["ObjectCreated:Put", "s3:ObjectCreated:CompleteMultipartUpload"])
async def test_objects_of_s3_are_received(server: Server, event: str) -> None:
    response = await send(server, {"Records": [s3(event=event)]})
    assert response.status_code == 202
    assert counts(response) == (1, 0)
    found = await intake(server, "s3://incoming/books/a bé.pdf")
    assert found == IntakeState(
        stage=IntakeStage.RECEIVED, uri="s3://incoming/books/a bé.pdf", size=1000, etag=ETAG
    )


@pytest.mark.parametrize("action", ["PutObject", "CopyObject", "CompleteMultipartUpload"])
async def test_objects_of_r2_are_received(server: Server, action: str) -> None:
    response = await send(server, r2(action=action))
    assert counts(response) == (1, 0)
    found = await intake(server, "s3://incoming/books/a+b é.pdf")
    assert found.stage is IntakeStage.RECEIVED


async def test_quotes_around_an_etag_mean_nothing(server: Server) -> None:
    await send(server, {"Records": [s3(etag=f'"{ETAG}"')]})
    assert (await intake(server, "s3://incoming/books/a bé.pdf")).etag == ETAG


async def test_several_objects_at_once(server: Server) -> None:
    records = [s3("one.pdf"), s3("two.pdf", bucket="other"), s3("gone.pdf", "ObjectRemoved:Delete")]
    response = await send(server, {"Records": records})
    assert counts(response) == (2, 1)
    assert (await intake(server, "s3://incoming/one.pdf")).stage
    assert (await intake(server, "s3://other/two.pdf")).stage
    assert (await intake(server, "s3://incoming/gone.pdf")).stage is None


async def test_the_same_news_again_changes_nothing(server: Server) -> None:
    for _ in range(3):
        assert (await send(server, r2())).status_code == 202
    assert await events(server) == 1


@pytest.mark.parametrize(
    "message",
    [
        {"Records": [s3(event="s3:ObjectRemoved:Delete")]},
        {"Records": []},
        {
            "account": "x",
            "action": "DeleteObject",
            "bucket": "anything",
            "object": {"key": "gone.pdf"},
        },
        {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "incoming"},
    ],
)
async def test_what_is_no_new_object_is_ignored(server: Server, message: object) -> None:
    response = await send(server, message)
    assert response.status_code == 202
    assert response.json()["accepted"] == 0
    assert await events(server) == 0


async def test_what_the_library_puts_into_its_store_is_no_news(tmp_path: Path) -> None:
    async with serving(
        tmp_path,
        store="s3://library/shelf",
        s3_access_key="key",
        s3_secret_key="secret",
        hook_secret=SECRET,
    ) as server:
        records = [s3("shelf/books/ab/source", bucket="library"), s3("in/a.pdf", bucket="library")]
        response = await send(server, {"Records": records})
        assert counts(response) == (1, 1)
        assert (await intake(server, "s3://library/in/a.pdf")).stage


async def test_buckets_have_to_be_listed(server: Server) -> None:
    response = await send(server, {"Records": [s3("one.pdf"), s3(bucket="theirs")]})
    assert response.status_code == 403
    assert response.json()["type"] == "/problems/bucket-refused"
    assert "SCRIPTORIUM_HOOK_BUCKETS" in response.json()["detail"]
    assert await events(server) == 0


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        signed(b"another body"),
        signed(json.dumps(r2()).encode(), "another secret"),
        signed(json.dumps(r2()).encode()).removeprefix("sha256="),
        signed(json.dumps(r2()).encode()).upper(),
    ],
)
async def test_requests_have_to_be_signed(server: Server, signature: str) -> None:
    response = await send(server, r2(), **{"X-Scriptorium-Signature": signature})
    assert response.status_code == 401
    assert response.json()["type"] == "/problems/signature-invalid"
    assert "HMAC-SHA256" in response.headers["www-authenticate"]
    assert SECRET not in response.text
    assert await events(server) == 0


@pytest.mark.parametrize("signature", ["", "sha256=" + "G" * 64])
async def test_who_does_not_sign_is_not_waited_for(server: Server, signature: str) -> None:
    headers = {"Content-Type": "application/json", "X-Scriptorium-Signature": signature}
    async with streaming(server.app, HOOK, headers, method="POST") as answer:
        assert answer.status == 401
        assert answer.headers["connection"] == "close"


async def test_a_bounded_number_of_bodies_is_received(tmp_path: Path) -> None:
    async with serving(tmp_path, hook_secret=SECRET, http_bodies=1) as server:
        with server.app.state.bodies.enter():
            for response in (await send(server, r2()), await server.client.post(PROJECTS, json={})):
                assert response.status_code == 429
                assert response.json()["type"] == "/problems/too-many-requests"
                assert response.headers["retry-after"] == "5"
        assert (await send(server, {"Records": []})).status_code == 202


async def test_a_signature_of_strange_characters(server: Server) -> None:
    body = json.dumps(r2()).encode()
    response = await server.client.post(
        HOOK,
        content=body,
        headers=[
            (b"content-type", b"application/json"),
            (b"x-scriptorium-signature", b"sha256=\xe9"),
        ],
    )
    assert response.status_code == 401


async def test_without_a_secret_the_hook_is_off(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        response = await send(server, r2())
        assert response.status_code == 404
        assert response.json()["type"] == "/problems/hook-off"
        assert "SCRIPTORIUM_HOOK_SECRET" in response.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"Records": {}}',
        b'{"Records": [{}]}',
        b'"\\ud800"',
        b"\xff",
        json.dumps({"Records": [s3(etag="")]}).encode(),
        json.dumps({"Records": [s3(key="")]}).encode(),
        json.dumps({"Records": [s3(key="a%00b")]}).encode(),
        json.dumps({"Records": [s3(bucket="../x")]}).encode(),
        json.dumps(r2(key="a\nb")).encode(),
        json.dumps(r2(key="k" * 1025)).encode(),
        json.dumps(r2(bucket="a/b")).encode(),
    ],
)
async def test_bodies_that_are_no_notification(server: Server, body: bytes) -> None:
    response = await send(server, body)
    assert response.status_code == 422
    assert response.json()["errors"]
    assert await events(server) == 0


@pytest.mark.parametrize("content_type", ["text/plain", "", "application/jsonx"])
async def test_other_media_types(server: Server, content_type: str) -> None:
    response = await send(server, r2(), **{"Content-Type": content_type})
    assert response.status_code == 415


async def test_parameters_of_the_media_type_do_not_matter(server: Server) -> None:
    response = await send(server, r2(), **{"Content-Type": "Application/JSON; charset=utf-8"})
    assert response.status_code == 202


async def test_a_body_has_a_bounded_size(tmp_path: Path) -> None:
    async with serving(
        tmp_path, hook_secret=SECRET, hook_buckets="incoming", http_json_bytes=1024
    ) as server:
        assert (await send(server, b"[" * 1025)).status_code == 413
        assert (await send(server, b"[" * 1024)).status_code == 422


@pytest.mark.parametrize(
    ("name", "value"), [("hook_secret", "too-short"), ("hook_buckets", "my bucket")]
)
def test_settings_of_the_hook_are_checked(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"SCRIPTORIUM_{name.upper()}") as caught:
        load_settings(**{name: value})
    assert value not in str(caught.value)


async def test_what_becomes_of_an_object_can_be_seen(server: Server) -> None:
    records = [s3("one.pdf"), s3("two.pdf"), s3("three.pdf")]
    places = (await send(server, {"Records": records})).json()["objects"]
    ids = [place.rpartition("/")[2] for place in places]
    take = TakeObject(command_id="take", book_id="ab" * 32)
    refuse = RefuseObject(command_id="refuse", reason="too_large", detail="3000 bytes")
    await server.services.entities.execute("intake", ids[0], take)
    await server.services.entities.execute("intake", ids[1], refuse)
    seen = [(await server.client.get(place)).json() for place in places]
    assert [(each["stage"], each["book"], each["reason"]) for each in seen] == [
        ("taken", f"/v1/books/{'ab' * 32}", None),
        ("refused", None, "too_large"),
        ("received", None, None),
    ]
    assert seen[2]["uri"] == "s3://incoming/three.pdf"
    response = await server.client.get(f"/v1/hooks/objects/{'0' * 64}")
    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")
